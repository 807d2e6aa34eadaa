// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;

/** A request key and an identity made with it. */
public final class TestKey {
  public static final String TOKEN = "eyJ0eXAiOiJ3aXQrand0In0.e30.c2ln";

  private final KeyPair pair;
  private final VerificationKey verification;

  public TestKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    pair = generator.generateKeyPair();
    verification = VerificationKey.of(pair.getPublic(), SignatureProviders.ofJdk());
  }

  public VerificationKey verification() {
    return verification;
  }

  public RawSigner signer() {
    return base -> {
      try {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update(base);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
    };
  }

  public EgressIdentity.Current identity(Instant notAfter) {
    return new EgressIdentity.Current(TOKEN, verification.thumbprint(), signer(), true, notAfter);
  }
}
