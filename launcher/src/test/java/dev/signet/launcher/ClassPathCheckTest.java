// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.RegisterChoice;
import dev.signet.launcher.process.IsolationMode;
import dev.signet.launcher.process.JarFiles;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.TestJar;
import dev.signet.measurements.ClassPathMeasurement;
import dev.signet.measurements.ClassPathRuler;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.MeasuredAgent;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathCheckTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final StatementDraft.Terms OTHER =
      new StatementDraft.Terms("acme.Other", null, null, null, null, null);

  private final SigningKey ci = SigningKey.generate(RANDOM);
  @TempDir Path dir;
  private Path jar;
  private Path a;
  private Path b;

  @BeforeEach
  void build() throws IOException {
    jar = TestJar.of(dir.resolve("agent.jar"), Map.of("Main-Class", "acme.Agent"));
    a = TestJar.of(dir.resolve("a.jar"), Map.of("Library", "a"));
    b = TestJar.of(dir.resolve("b.jar"), Map.of("Library", "b"));
  }

  @Test
  void passesTheClassPathThatWasSigned() throws Exception {
    JarCheck check = check(List.of(a, b), StatementDraft.Terms.NONE, a, b);
    assertThat(check)
        .isInstanceOfSatisfying(
            JarCheck.Good.class,
            good -> {
              assertThat(good.mainClass()).contains("acme.Agent");
              assertThat(good.passed().artifacts())
                  .extracting(LaunchEvent.Artifact::role)
                  .containsExactly("agent-jar", "class-path");
            });
  }

  @Test
  void statementsMainClassIsTheOneThatIsStarted() throws Exception {
    assertThat(check(List.of(a), OTHER, a))
        .isInstanceOfSatisfying(
            JarCheck.Good.class, good -> assertThat(good.mainClass()).contains("acme.Other"));
  }

  @Test
  void attack30MoreFewerOtherOrReorderedFilesAreRefused() throws Exception {
    List<Path> signed = List.of(a, b);
    assertRefused(check(signed, StatementDraft.Terms.NONE, b, a), "number 1");
    assertRefused(
        check(signed, StatementDraft.Terms.NONE, a), "number 2 after the agent's JAR, got nothing");
    assertRefused(check(signed, StatementDraft.Terms.NONE), "got nothing");
    assertRefused(
        check(signed, StatementDraft.Terms.NONE, a, b, a), "expected nothing as number 3");
    assertRefused(check(List.of(), StatementDraft.Terms.NONE, a), "expected nothing as number 1");
    Path renamed = Files.copy(b, dir.resolve("c.jar"));
    assertRefused(check(signed, StatementDraft.Terms.NONE, a, renamed), "got c.jar");
  }

  @Test
  void attack30ChangedFileIsRefused() throws Exception {
    byte[] statement = statement(List.of(a, b), StatementDraft.Terms.NONE);
    TestJar.of(b, Map.of("Library", "evil"));
    assertRefused(check(statement, a, b), "expected b.jar with sha256:");
  }

  @Test
  void attack29LibraryThatLeadsToOthersIsRefused() throws Exception {
    Path leading = TestJar.of(dir.resolve("l.jar"), Map.of("Class-Path", "evil.jar"));
    assertThat(check(statement(List.of(a), StatementDraft.Terms.NONE), leading))
        .isInstanceOfSatisfying(
            JarCheck.Refused.class, r -> assertThat(r.failed().reason()).isEqualTo("CLASS_PATH"));
  }

  @Test
  void mainClassOfAClassPathIsNotStartedFromTheJarAlone() throws Exception {
    JarCheck check = check(statement(List.of(), OTHER));
    assertRefused(check, "--class-path");
  }

  @Test
  void fileThatIsNoFileIsNotCopied() {
    assertThatThrownBy(() -> check(new byte[0], dir)).hasMessageContaining("regular file");
  }

  private static void assertRefused(JarCheck check, String detail) {
    assertThat(check)
        .isInstanceOfSatisfying(
            JarCheck.Refused.class,
            r -> {
              assertThat(r.failed().reason()).isEqualTo("MEASUREMENT_MISMATCH");
              assertThat(r.failed().detail()).contains(detail);
            });
  }

  private JarCheck check(List<Path> signed, StatementDraft.Terms terms, Path... given)
      throws Exception {
    return check(statement(signed, terms), given);
  }

  private byte[] statement(List<Path> signed, StatementDraft.Terms terms) throws Exception {
    MeasuredAgent measured =
        MeasuredAgent.nothing().jar("agent.jar", (JarMeasurement.Measured) JarRuler.measure(jar));
    if (!signed.isEmpty()) {
      measured = measured.classPath((ClassPathMeasurement.Measured) ClassPathRuler.measure(signed));
    }
    StatementDraft draft =
        new StatementDraft(
            new AgentId("spiffe://example.org/agent/a"),
            "1",
            1,
            NOW.minusSeconds(60),
            NOW.plusSeconds(60),
            List.of(),
            List.of(),
            terms);
    return ci.sign(StatementDraft.write(draft.about(measured)), RANDOM).encode();
  }

  private JarCheck check(byte[] envelope, Path... given) throws Exception {
    Path statement = Files.write(dir.resolve("statement.dsse"), envelope);
    LaunchRequest request =
        new LaunchRequest(
            new Program.Jar(jar, List.of(given)),
            statement,
            SignerPolicy.pinned(List.of(ci.publicKey())),
            Path.of(System.getProperty("java.home")),
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            EgressRequest.NONE,
            IsolationMode.NONE,
            Optional.empty(),
            dir,
            RegisterChoice.pcr(15));
    try (LaunchDirectory directory = LaunchDirectory.create(dir, Optional.empty());
        JarFiles files = JarFiles.copy(jar, List.of(given), directory, JarRuler.MAX_BYTES)) {
      return JarCheck.check(request, files, NOW);
    }
  }
}
