// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.RegisterChoice;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.JarFiles;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.TestJar;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.AgentId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchCheckTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SigningKey ci = SigningKey.generate(RANDOM);
  @TempDir Path dir;

  @Test
  void passesWhatTheStatementNames() throws Exception {
    assertThat(check(List.of("a"), List.of("-Xmx64m"), List.of("a")))
        .isInstanceOf(LaunchCheck.Result.Passed.class);
  }

  @Test
  void attack29PropertiesDoNotComeBesideArgumentsThatCiFixed() throws Exception {
    assertThat(check(List.of("a"), List.of("-Dloader.path=/tmp/other"), List.of("a")))
        .isInstanceOfSatisfying(
            LaunchCheck.Result.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo("MEASUREMENT_MISMATCH");
              assertThat(failed.detail()).contains("-Dloader.path=/tmp/other");
            });
  }

  @Test
  void propertiesMayBeGivenWhereAnyArgumentsMay() throws Exception {
    assertThat(check(null, List.of("-Dagent.mode=fast"), List.of("b")))
        .isInstanceOf(LaunchCheck.Result.Passed.class);
  }

  private LaunchCheck.Result check(
      List<String> allowed, List<String> jvmOptions, List<String> arguments) throws Exception {
    Path jar = TestJar.probe(dir);
    StatementDraft draft =
        new StatementDraft(
            new AgentId("spiffe://example.org/agent/a"),
            "1",
            1,
            NOW.minusSeconds(60),
            NOW.plusSeconds(60),
            allowed,
            List.of());
    JarMeasurement.Measured measured = (JarMeasurement.Measured) JarRuler.measure(jar);
    Path statement = dir.resolve("statement.dsse");
    Files.write(
        statement,
        ci.sign(StatementDraft.write(draft.about("probe.jar", measured)), RANDOM).encode());
    LaunchRequest request =
        new LaunchRequest(
            new Program.Jar(jar),
            statement,
            SignerPolicy.pinned(List.of(ci.publicKey())),
            Path.of(System.getProperty("java.home")),
            jvmOptions,
            arguments,
            Map.of(),
            Optional.empty(),
            EgressRequest.NONE,
            IsolationMode.NONE,
            Optional.empty(),
            dir,
            RegisterChoice.pcr(15));
    try (LaunchDirectory directory = LaunchDirectory.create(dir, Optional.empty());
        JarFiles files = JarFiles.copy(jar, List.of(), directory, JarRuler.MAX_BYTES)) {
      return switch (JarCheck.check(request, files, NOW)) {
        case JarCheck.Good(LaunchCheck.Result.Passed passed, Optional<String> main) -> passed;
        case JarCheck.Refused(LaunchCheck.Result.Failed failed) -> failed;
      };
    }
  }
}
