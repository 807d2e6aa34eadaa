// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;

/** A request key as a TPM would release it. */
public final class TestRequestKey {
  private TestRequestKey() {}

  public static RequestKey make() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), 32);
    PublicJwk publicKey = PublicJwk.of((ECPublicKey) pair.getPublic());
    return RequestKey.of(scalar, publicKey, SecretsKey.of(scalar, publicKey), new SecureRandom());
  }
}
