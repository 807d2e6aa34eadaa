// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import dev.signet.verifierservice.config.ServiceConfig.KeyPlace;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys in a token: run with {@code -Dsignet.pkcs11=MODULE -Dsignet.pkcs11.pin=PIN} and a token in
 * slot 0 that was prepared as docs/operations.md says, with one key of each purpose.
 */
@EnabledIfSystemProperty(named = "signet.pkcs11", matches = "/.+")
class Pkcs11KeysIT {
  private static final SignatureProviders PROVIDERS = SignatureProviders.ofJdk();

  @TempDir Path directory;

  private KeyContainer token(String pin) throws IOException {
    Path file = directory.resolve("pin");
    PrivateFiles.create(file, pin.getBytes(StandardCharsets.UTF_8));
    return KeyContainers.open(
        new KeyPlace.Pkcs11(Path.of(System.getProperty("signet.pkcs11")), 0, file),
        directory,
        PROVIDERS);
  }

  @Test
  void tokenSignsForEveryPurpose() throws Exception {
    KeyContainer token = token(System.getProperty("signet.pkcs11.pin"));
    Instant now = Instant.now();
    try (Database database = Database.open(directory.resolve("verifier.db"))) {
      KeyStore keys =
          KeyStore.open(
              token,
              new KeyStore.Terms("example.org", Duration.ofMinutes(25)),
              database,
              now,
              new SecureRandom());
      for (KeyPurpose purpose : KeyPurpose.values()) {
        SigningKey key = keys.ring(purpose).orElseThrow().signing(now).key();
        PublicJwk jwk = key.publicJwk();
        byte[] message = purpose.wireName().getBytes(StandardCharsets.US_ASCII);
        assertThat(
                VerificationKey.p256(jwk.x().toArray(), jwk.y().toArray(), PROVIDERS)
                    .verify(message, key.sign(message)))
            .as(purpose.wireName())
            .isTrue();
      }
      byte[] der = keys.ring(KeyPurpose.X509).orElseThrow().signing(now).certificate().toArray();
      X509Certificate root =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new java.io.ByteArrayInputStream(der));
      root.verify(root.getPublicKey());
      assertThatThrownBy(() -> keys.prepare(KeyPurpose.JWT))
          .as("keys in a token are made with its own tools")
          .isInstanceOf(IOException.class)
          .hasMessageContaining("jwt-0002");
    }
  }
}
