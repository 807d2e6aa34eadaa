// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.PublicJwk;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tessera's fsck reads the audit log as a tiled transparency log like any other, and finds what was
 * changed. Run with {@code -Dsignet.go=} and the path of {@code go}: needs, the first time, its
 * module proxy.
 */
@EnabledIfSystemProperty(named = "signet.go", matches = ".+")
class TesseraIT {
  @TempDir Path directory;

  @Test
  void fsckFindsTheLogWholeUntilSomebodyChangesIt() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory)) {
      try (ServerSocket free = new ServerSocket(0)) {
        verifier.port = free.getLocalPort();
      }
      verifier.issuer = "https://localhost:" + verifier.port;
      verifier.start();
      for (int i = 0; i < 600; i++) {
        verifier.call(
            "POST",
            "/v1/reinstatements",
            TestVerifier.OPERATOR,
            "{\"scope\":\"host\",\"value\":\"nobody\",\"reason\":\"x\"}".getBytes());
      }
      Path program = directory.resolve("check");
      Path source = Path.of("src/test/go/tlog").toAbsolutePath();
      String go = System.getProperty("signet.go");
      assertThat(ran(source, go, "build", "-o", program.toString(), ".")).as(said()).isZero();
      assertThat(fsck(verifier, program)).as(said()).isZero();
      assertThat(said()).endsWith("whole 600\n");
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:sqlite:" + directory.resolve("data/verifier.db").toAbsolutePath());
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 5000");
        statement.execute("UPDATE decisions SET detail = 'other' WHERE id = 300");
      }
      assertThat(fsck(verifier, program)).as(said()).isEqualTo(1);
    }
  }

  private int fsck(TestVerifier verifier, Path program) throws Exception {
    Path data = directory.resolve("data");
    Path key = directory.resolve("audit-key.der");
    Files.write(
        key,
        TestVerifier.decode(Files.readAllBytes(data.resolve("audit-key.jwk.json")), PublicJwk.class)
            .toPublicKey()
            .getEncoded());
    return ran(
        directory,
        program.toString(),
        verifier.issuer,
        data.resolve("tls.pem").toString(),
        "localhost:" + verifier.port + "/v1/audit",
        key.toString(),
        TestVerifier.OPERATOR);
  }

  private int ran(Path in, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("said").toFile())
            .start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private String said() throws Exception {
    Path said = directory.resolve("said");
    return Files.exists(said) ? Files.readString(said, StandardCharsets.UTF_8) : "";
  }
}
