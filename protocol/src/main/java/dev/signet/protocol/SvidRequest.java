// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.HashSet;
import java.util.List;

/**
 * {@code POST /v1/svids}: what SPIFFE calls an SVID, for the agent whose launcher signs the call.
 * Exactly one member is there.
 *
 * @param x509 asks for an X509-SVID
 * @param jwt asks for a JWT-SVID
 * @param wit asks for a WIT-SVID of a key other than the request key
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SvidRequest(X509 x509, Jwt jwt, Wit wit) {
  public SvidRequest {
    if ((x509 == null ? 0 : 1) + (jwt == null ? 0 : 1) + (wit == null ? 0 : 1) != 1) {
      throw new IllegalArgumentException("expected exactly one of x509, jwt and wit");
    }
  }

  public static SvidRequest x509(PublicJwk key, Bytes proof, Long seconds) {
    return new SvidRequest(new X509(key, proof, seconds), null, null);
  }

  public static SvidRequest jwt(List<String> audience, Long seconds) {
    return new SvidRequest(null, new Jwt(audience, seconds), null);
  }

  public static SvidRequest wit(PublicJwk key, Bytes proof, Long seconds) {
    return new SvidRequest(null, null, new Wit(key, proof, seconds));
  }

  /**
   * @param key the agent's, short-lived, made for this certificate
   * @param proof by {@code key} over {@link SvidKeyInput#forX509}, 64 bytes r || s
   * @param seconds wished for; null leaves it to the verifier, which may give less in any case
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record X509(PublicJwk key, Bytes proof, Long seconds) {
    public X509 {
      Require.present(key, "key");
      Require.size(proof, 64, 64, "proof");
      life(seconds);
    }
  }

  /**
   * @param audience who may accept the token, each once
   * @param seconds wished for, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Jwt(List<String> audience, Long seconds) {
    public Jwt {
      audience = audiences(audience);
      life(seconds);
    }
  }

  /**
   * @param key the agent's, short-lived; never the request key, which has its identity token
   * @param proof by {@code key} over {@link SvidKeyInput#forWit}, 64 bytes r || s
   * @param seconds wished for, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Wit(PublicJwk key, Bytes proof, Long seconds) {
    public Wit {
      Require.present(key, "key");
      Require.size(proof, 64, 64, "proof");
      life(seconds);
    }
  }

  static List<String> audiences(List<String> values) {
    List<String> audience = Require.list(values, Limits.AUDIENCES, "audience");
    if (audience.isEmpty() || new HashSet<>(audience).size() != audience.size()) {
      throw new IllegalArgumentException("audience: expected at least one, each once");
    }
    audience.forEach(a -> Require.text(a, Limits.AUDIENCE_CHARS, "audience"));
    return audience;
  }

  static void life(Long seconds) {
    if (seconds != null && (seconds < 1 || seconds > Limits.SVID_SECONDS_ASKED)) {
      throw new IllegalArgumentException(
          "seconds: expected 1 to " + Limits.SVID_SECONDS_ASKED + ", got " + seconds);
    }
  }
}
