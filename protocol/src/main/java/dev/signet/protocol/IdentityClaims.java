// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.List;

/**
 * Claims of the workload identity token: a compact JWS, {@code typ} {@value #TYP}, bound to the
 * request key by {@code cnf.jwk} (RFC 7800). Times are seconds since 1970 (NumericDate).
 *
 * @param iss the verifier's id
 * @param jti 128 random bits in base64url
 */
public record IdentityClaims(
    String iss, AgentId sub, long iat, long exp, String jti, Confirmation cnf, Attested signet) {
  public static final String TYP = "wit+jwt";

  /** The request field that carries the token. */
  public static final String HEADER = "workload-identity-token";

  /** The key that signs requests. */
  public record Confirmation(PublicJwk jwk) {
    public Confirmation {
      Require.present(jwk, "jwk");
    }
  }

  /**
   * What was attested.
   *
   * @param tpm SHA-256 of the EK certificate
   * @param statement SHA-256 of the reference statement (DSSE payload)
   * @param measurements digests of the launched artifacts
   */
  public record Attested(
      LaunchId launch,
      HostId host,
      Digest tpm,
      Digest statement,
      List<Digest> measurements,
      Appraisal appraisal) {
    public Attested {
      Require.present(launch, "launch");
      Require.present(host, "host");
      Require.present(tpm, "tpm");
      Require.present(statement, "statement");
      Require.present(appraisal, "appraisal");
      measurements = Require.list(measurements, Limits.ARTIFACTS, "measurements");
    }
  }

  public IdentityClaims {
    Require.text(iss, 255, "iss");
    Require.present(sub, "sub");
    Require.text(jti, 64, "jti");
    Require.present(cnf, "cnf");
    Require.present(signet, "signet");
    if (exp <= iat) {
      throw new IllegalArgumentException("exp: expected a time after iat");
    }
  }
}
