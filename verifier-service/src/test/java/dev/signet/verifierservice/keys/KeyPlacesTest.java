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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in files and in PKCS #12, and the schedule beside them. */
class KeyPlacesTest {
  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
  private static final Duration AHEAD = Duration.ofMinutes(30);
  private static final SignatureProviders PROVIDERS = SignatureProviders.ofJdk();

  @TempDir Path directory;

  private Path password(String text) throws IOException {
    Path file = directory.resolve("password");
    Files.deleteIfExists(file);
    PrivateFiles.create(file, text.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private KeyContainer pkcs12(String password) throws IOException {
    return KeyContainers.open(
        new KeyPlace.Pkcs12(directory.resolve("keys.p12"), password(password)),
        directory,
        PROVIDERS);
  }

  private static void requireSigns(SigningKey key) throws Exception {
    PublicJwk jwk = key.publicJwk();
    byte[] message = {1, 2, 3};
    assertThat(
            VerificationKey.p256(jwk.x().toArray(), jwk.y().toArray(), PROVIDERS)
                .verify(message, key.sign(message)))
        .isTrue();
  }

  @Test
  void pkcs12HoldsTheKeysOfAllPurposes() throws Exception {
    SigningKey made = pkcs12("secret\n").create(KeyPurpose.JWT, 1);
    pkcs12("secret\n").create(KeyPurpose.X509, 1);
    pkcs12("secret\n").create(KeyPurpose.JWT, 2);
    KeyContainer again = pkcs12("secret");
    assertThat(again.keys(KeyPurpose.JWT)).containsOnlyKeys(1, 2);
    assertThat(again.keys(KeyPurpose.X509)).containsOnlyKeys(1);
    assertThat(again.keys(KeyPurpose.WIT)).isEmpty();
    SigningKey read = again.keys(KeyPurpose.JWT).get(1);
    assertThat(read.publicJwk()).isEqualTo(made.publicJwk());
    requireSigns(read);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("keys.p12"))))
        .isEqualTo("rw-------");
  }

  @Test
  void pkcs12WithAnotherPasswordIsRefusedWithoutSayingIt() throws Exception {
    pkcs12("secret").create(KeyPurpose.JWT, 1);
    KeyContainer wrong = pkcs12("other");
    assertThatThrownBy(() -> wrong.keys(KeyPurpose.JWT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("keys.p12")
        .hasMessageNotContaining("other");
  }

  @Test
  void passwordFileThatOthersCanReadIsRefused() throws Exception {
    KeyContainer container = pkcs12("secret");
    Files.setPosixFilePermissions(
        directory.resolve("password"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> container.keys(KeyPurpose.JWT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected mode 0600");
  }

  private KeyStore open(Database database, Instant now) throws IOException {
    return KeyStore.open(
        new KeyFiles(directory.resolve("keys"), PROVIDERS),
        new KeyStore.Terms("example.org", AHEAD),
        database,
        now,
        new SecureRandom());
  }

  @Test
  void scheduleSurvivesARestart() throws Exception {
    Path file = directory.resolve("verifier.db");
    String old;
    String next;
    try (Database database = Database.open(file)) {
      KeyStore keys = open(database, NOW);
      old = keys.token(NOW).publicJwk().kid();
      KeyStore.Next prepared = keys.prepare(KeyPurpose.TOKEN);
      next = prepared.key().publicJwk().kid();
      keys.take(
          KeyPurpose.TOKEN,
          database.write(tx -> keys.schedule(tx, prepared, NOW, new SecureRandom())));
      assertThat(keys.token(NOW).publicJwk().kid()).isEqualTo(old);
      assertThat(keys.tokenKeys(NOW)).extracting(PublicJwk::kid).containsExactly(old, next);
    }
    try (Database database = Database.open(file)) {
      KeyStore keys = open(database, NOW.plusSeconds(60));
      assertThat(keys.token(NOW.plus(AHEAD).minusSeconds(1)).publicJwk().kid()).isEqualTo(old);
      assertThat(keys.token(NOW.plus(AHEAD)).publicJwk().kid()).isEqualTo(next);
    }
  }

  @Test
  void keyThatWasPutBesideOthersIsPublishedAheadToo() throws Exception {
    Path file = directory.resolve("verifier.db");
    try (Database database = Database.open(file)) {
      String old = open(database, NOW).token(NOW).publicJwk().kid();
      String byHand =
          new KeyFiles(directory.resolve("keys"), PROVIDERS)
              .create(KeyPurpose.TOKEN, 2)
              .publicJwk()
              .kid();
      KeyStore keys = open(database, NOW);
      assertThat(keys.token(NOW).publicJwk().kid()).isEqualTo(old);
      assertThat(keys.tokenKeys(NOW)).extracting(PublicJwk::kid).containsExactly(old, byHand);
      assertThat(keys.token(NOW.plus(AHEAD)).publicJwk().kid()).isEqualTo(byHand);
    }
  }
}
