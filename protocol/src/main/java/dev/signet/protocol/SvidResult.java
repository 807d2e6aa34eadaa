// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * The answer to a {@link SvidRequest}: the member that was asked for.
 *
 * @param decision under which the verifier's audit log has it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SvidResult(X509 x509, Token jwt, Token wit, String decision, Instant serverTime) {
  public SvidResult {
    if ((x509 == null ? 0 : 1) + (jwt == null ? 0 : 1) + (wit == null ? 0 : 1) != 1) {
      throw new IllegalArgumentException("expected exactly one of x509, jwt and wit");
    }
    Require.text(decision, 64, "decision");
    Require.present(serverTime, "serverTime");
  }

  /**
   * An X509-SVID.
   *
   * @param chain DER certificates, the leaf first, without the root
   * @param bundle DER certificates of the trust domain's roots
   * @param renewAfter half of its life
   */
  public record X509(
      AgentId id, List<Bytes> chain, List<Bytes> bundle, Instant notAfter, Instant renewAfter) {
    public X509 {
      Require.present(id, "id");
      chain = certificates(chain, "chain");
      bundle = certificates(bundle, "bundle");
      Require.present(notAfter, "notAfter");
      Require.present(renewAfter, "renewAfter");
    }

    private static List<Bytes> certificates(List<Bytes> values, String name) {
      List<Bytes> out = Require.list(values, Limits.BUNDLE_KEYS, name);
      if (out.isEmpty()) {
        throw new IllegalArgumentException(name + ": expected at least one certificate");
      }
      out.forEach(c -> Require.size(c, 1, Limits.CERTIFICATE_BYTES, name));
      return out;
    }
  }

  /**
   * A JWT-SVID or WIT-SVID.
   *
   * @param token a compact JWS
   * @param renewAfter half of its life
   */
  public record Token(AgentId id, String token, Instant notAfter, Instant renewAfter) {
    public Token {
      Require.present(id, "id");
      Require.text(token, Limits.TOKEN_BYTES, "token");
      Require.present(notAfter, "notAfter");
      Require.present(renewAfter, "renewAfter");
    }
  }
}
