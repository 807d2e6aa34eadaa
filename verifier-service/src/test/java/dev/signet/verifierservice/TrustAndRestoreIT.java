// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trust snapshots, their stream, and a database that comes back from a backup. */
class TrustAndRestoreIT {
  private static final String REVOKE =
      "{\"scope\":\"host\",\"value\":\"%s\",\"reason\":\"stolen\"}";

  @TempDir Path directory;
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private TrustSnapshot parse(String jws) throws Exception {
    CompactJws parsed = CompactJws.parse(jws, TrustSnapshot.TYP, Limits.SNAPSHOT_BYTES);
    Signature ecdsa = Signature.getInstance("SHA256withECDSAinP1363Format");
    ecdsa.initVerify(verifier.server().snapshotKey().toPublicKey());
    ecdsa.update(parsed.signingInput());
    assertThat(ecdsa.verify(parsed.signature())).isTrue();
    return TestVerifier.decode(parsed.payload(), TrustSnapshot.class);
  }

  private TrustSnapshot snapshot() throws Exception {
    byte[] body = verifier.call("GET", "/v1/trust", null, null).body();
    return parse(new String(body, StandardCharsets.US_ASCII));
  }

  @Test
  void revocationThatNoSnapshotHoldsIsRefused() throws Exception {
    verifier.stop();
    try (Database database = Database.open(directory.resolve("data/verifier.db"))) {
      database.write(
          tx -> {
            for (int i = 0; i < Revocations.MOST_PUBLISHED; i++) {
              Revocations.add(tx, Revocation.Scope.HOST, "h-" + i, "lost", "root", Instant.now());
            }
            return null;
          });
    }
    verifier.start();
    HttpResponse<byte[]> response =
        verifier.call(
            "POST",
            "/v1/revocations",
            TestVerifier.OPERATOR,
            REVOKE.formatted("host-9").getBytes(StandardCharsets.UTF_8));
    assertThat(TestVerifier.problem(response).reason()).isEqualTo("TOO_LARGE");
    assertThat(TestVerifier.problem(response).detail()).contains("30000 revocations");
    assertThat(snapshot().revocations()).hasSize(Revocations.MOST_PUBLISHED);
  }

  @Test
  void attack63SnapshotsAreNumberedAndEnd() throws Exception {
    TrustSnapshot before = snapshot();
    assertThat(before.exp() - before.iat()).isLessThanOrEqualTo(240);
    verifier.operator("POST", "/v1/revocations", REVOKE.formatted("host-9"));
    TrustSnapshot after = snapshot();
    assertThat(after.number()).isEqualTo(before.number() + 1);
    assertThat(after.revocations()).extracting(r -> r.value()).containsExactly("host-9");
    verifier.operator("POST", "/v1/reinstatements", REVOKE.formatted("host-9"));
    assertThat(snapshot().number()).isEqualTo(before.number() + 2);
  }

  @Test
  void streamPushesRevocationsAtOnce() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(verifier.uri("/v1/trust/stream"))
            .timeout(Duration.ofSeconds(10))
            .build();
    HttpResponse<InputStream> response =
        verifier.client().send(request, BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.US_ASCII))) {
      TrustSnapshot first = event(lines);
      verifier.operator("POST", "/v1/revocations", REVOKE.formatted("host-9"));
      assertThat(event(lines).number()).isEqualTo(first.number() + 1);
    }
  }

  private TrustSnapshot event(BufferedReader lines) throws Exception {
    String line = lines.readLine();
    while (line.isEmpty() || line.startsWith(":")) {
      line = lines.readLine();
    }
    assertThat(line).isEqualTo("event: snapshot");
    return parse(lines.readLine().substring("data: ".length()));
  }

  @Test
  void attack63DatabaseFromABackup() throws Exception {
    verifier.stop();
    Path data = directory.resolve("data");
    Path backup = directory.resolve("backup.db");
    Files.copy(data.resolve("verifier.db"), backup);
    verifier.start();
    verifier.operator("POST", "/v1/revocations", REVOKE.formatted("host-9"));
    verifier.stop();
    restore(data, backup);
    assertThatThrownBy(() -> verifier.start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("older than it once was")
        .hasMessageContaining("--new-epoch");
    verifier.start(true);
    assertThat(snapshot().epoch()).isEqualTo(2);
    verifier.stop();
    verifier.start();
    assertThat(snapshot().epoch()).isEqualTo(2);
  }

  @Test
  void attack63BackupWithTheSameRevocationsButOlderDecisions() throws Exception {
    verifier.operator("POST", "/v1/revocations", REVOKE.formatted("host-9"));
    verifier.stop();
    Path data = directory.resolve("data");
    Path backup = directory.resolve("backup.db");
    Files.copy(data.resolve("verifier.db"), backup);
    verifier.start();
    new TestHost(verifier, "host-1").admitted();
    verifier.stop();
    restore(data, backup);
    assertThatThrownBy(() -> verifier.start()).hasMessageContaining("older than it once was");
  }

  /** Beside an older database the mark would tell; so it goes, or is no mark any more. */
  @Test
  void attack63MarkThatWasTakenAwayOrForged() throws Exception {
    verifier.operator("POST", "/v1/revocations", REVOKE.formatted("host-9"));
    verifier.stop();
    Path mark = directory.resolve("data/high-water");
    String good = Files.readString(mark);
    Files.delete(mark);
    assertThatThrownBy(() -> verifier.start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("high-water is missing, and the database is not new");
    for (String forged :
        new String[] {
          "", good.replace("epoch 1", "epoch -1"), good + good, good.replace("number", "Number")
        }) {
      Files.writeString(mark, forged);
      assertThatThrownBy(() -> verifier.start())
          .as(forged)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("expected epoch, number and decision");
    }
    Files.writeString(mark, good);
    verifier.start();
    assertThat(snapshot().revocations()).extracting(r -> r.value()).containsExactly("host-9");
  }

  private static void restore(Path data, Path backup) throws IOException {
    Files.copy(backup, data.resolve("verifier.db"), StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(data.resolve("verifier.db-wal"));
    Files.deleteIfExists(data.resolve("verifier.db-shm"));
  }

  @Test
  void secondServiceOnTheSameDirectoryIsRefused() throws Exception {
    assertThatThrownBy(
            () ->
                VerifierServer.start(verifier.config(), VerifierServer.Options.standard()).close())
        .hasMessageContaining("in use by another verifier");
  }

  @Test
  void nobodyElseMayReadTheDataDirectory() throws Exception {
    try (Stream<Path> all = Files.walk(directory.resolve("data"))) {
      assertThat(all)
          .allSatisfy(
              f ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(f)))
                      .as(f.toString())
                      .endsWith("------"));
    }
  }

  @Test
  void keysNameTheirPurpose() throws Exception {
    JsonNode keys = verifier.operator("GET", "/v1/keys", null).get("keys");
    assertThat(keys)
        .extracting(k -> k.get("signet_purpose").asText())
        .containsExactly("token", "snapshot", "approval", "audit", "x509", "jwt", "wit", "ear");
    assertThat(keys).extracting(k -> k.get("x").asText()).doesNotHaveDuplicates();
  }
}
