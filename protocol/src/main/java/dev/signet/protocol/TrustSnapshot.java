// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.List;

/**
 * What a service needs to judge requests without asking anybody: a compact JWS, {@code typ} {@value
 * #TYP}, signed by the verifier's snapshot key, which services pin. Any mirror may serve it.
 *
 * @param iss the verifier's id
 * @param epoch rises when a verifier is restored from a backup
 * @param number rises with each change inside an epoch
 * @param iat seconds since 1970
 * @param exp the snapshot says nothing after this time
 * @param tokenKeys keys that may sign identity tokens, each with its thumbprint as {@code kid}
 */
public record TrustSnapshot(
    String iss,
    long epoch,
    long number,
    long iat,
    long exp,
    List<PublicJwk> tokenKeys,
    List<Revocation> revocations) {
  public static final String TYP = "signet-trust+jwt";

  public TrustSnapshot {
    Require.text(iss, 255, "iss");
    tokenKeys = Require.list(tokenKeys, "tokenKeys");
    revocations = Require.list(revocations, "revocations");
    if (epoch < 0 || number < 0 || exp <= iat) {
      throw new IllegalArgumentException(
          "expected epoch and number of 0 or more and exp after iat");
    }
    for (PublicJwk key : tokenKeys) {
      if (!key.thumbprint().equals(key.kid())) {
        throw new IllegalArgumentException("tokenKeys: expected each kid to be the thumbprint");
      }
    }
  }
}
