// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.LaunchLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchRegisterIT {
  private static final int PCR = 15;
  @TempDir Path directory;
  private TestHost host;
  private StateDirectory state;

  @BeforeEach
  void start() throws IOException {
    host = TestHost.fresh(directory);
    state = StateDirectory.create(host.state());
  }

  @AfterEach
  void stop() throws IOException {
    host.close();
  }

  static LaunchEvent event() {
    return new LaunchEvent.Stop(
        TestHost.AGENT, LaunchId.random(TestHost.RANDOM), 0, LaunchEvent.Cause.EXITED);
  }

  private LaunchRegister open() throws IOException {
    return LaunchRegister.open(host.tpm(), PCR, state);
  }

  private Digest pcr() throws IOException {
    return host.tpm().pcrs(List.of(PCR)).get(PCR);
  }

  private void assertLogExplainsRegister(int events) throws Exception {
    LaunchLog log = LaunchLog.parse(open().log().toArray());
    Digest value = log.baseline().value();
    for (LaunchLog.Entry entry : log.entries()) {
      value = Digest.hash(value.toArray(), entry.digest().toArray());
    }
    assertThat(value).isEqualTo(pcr());
    assertThat(log.entries()).hasSize(events);
  }

  @Test
  void logReplaysToTheRegister() throws Exception {
    LaunchRegister register = open();
    register.append(event());
    register.append(event());
    assertLogExplainsRegister(2);
    assertThat(LaunchLog.parse(register.log().toArray()).baseline().value())
        .isEqualTo(Digest.ofDigest(new byte[32]));
    assertThat(register.events()).hasSize(2);
  }

  @Test
  void baselineTellsWhatWasExtendedBefore() throws Exception {
    host.extend(PCR, "the system's own");
    Digest before = pcr();
    open().append(event());
    assertThat(LaunchLog.parse(open().log().toArray()).baseline().value()).isEqualTo(before);
    assertLogExplainsRegister(1);
  }

  @Test
  void eachBootHasItsOwnLogAndTheOldOneIsKept() throws Exception {
    open().append(event());
    host.reboot();
    open().append(event());
    assertLogExplainsRegister(1);
    host.restart();
    open().append(event());
    assertLogExplainsRegister(1);
    try (Stream<Path> files = Files.list(state.path().resolve("register-pcr15"))) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> n.endsWith("jsonl")))
          .hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 23})
  void attack13ResettablePcrIsRefusedAsRegister(int pcr) throws IOException {
    host.extend(pcr, "launch");
    host.raw(RawCommands.reset(pcr));
    assertThat(host.tpm().pcrs(List.of(pcr)).get(pcr)).isEqualTo(Digest.ofDigest(new byte[32]));
    assertThatThrownBy(() -> LaunchRegister.open(host.tpm(), pcr, state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("any process can reset it");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 7, 10, 17, 22, 24})
  void refusesPcrsThatAreNotItsOwn(int pcr) {
    assertThatThrownBy(() -> LaunchRegister.open(host.tpm(), pcr, state))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void registerMovedOutsideTheLogIsNamedAndNothingIsLost() throws Exception {
    LaunchRegister register = open();
    register.append(event());
    byte[] before = register.log().toArray();
    host.extend(PCR, "somebody else");
    assertThatThrownBy(() -> register.append(event()))
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.REGISTER_MOVED))
        .hasMessageContaining("register moved outside the log");
    assertThatThrownBy(this::open).isInstanceOf(AttestorException.class);
    assertThat(Files.readAllBytes(logFile())).isEqualTo(before);
  }

  @Test
  void changedLogIsNamed() throws Exception {
    LaunchRegister register = open();
    register.append(event());
    Files.writeString(logFile(), Files.readString(logFile()).replace("exited", "aborted"));
    assertThatThrownBy(register::log)
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.LOG_DAMAGED));
  }

  @Test
  void tailThatNobodyBeganIsNamed() throws Exception {
    LaunchRegister register = open();
    register.append(event());
    Files.writeString(logFile(), "{\"recnum\":2", StandardOpenOption.APPEND);
    assertThatThrownBy(register::log)
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.LOG_DAMAGED));
  }

  @ParameterizedTest
  @EnumSource(LaunchRegister.Step.class)
  void crashBetweenAnyTwoStepsIsRepaired(LaunchRegister.Step step) throws Exception {
    open().append(event());
    Digest before = pcr();
    crashAt(step);
    boolean extended = step != LaunchRegister.Step.INTENT_WRITTEN;
    assertThat(pcr().equals(before)).isEqualTo(!extended);
    assertThat(Files.exists(intentFile())).isTrue();

    assertLogExplainsRegister(extended ? 2 : 1);
    assertThat(Files.exists(intentFile())).isFalse();
    open().append(event());
    assertLogExplainsRegister(extended ? 3 : 2);
  }

  @Test
  void tornLineAfterACrashIsCompleted() throws Exception {
    open().append(event());
    crashAt(LaunchRegister.Step.EXTENDED);
    Files.writeString(logFile(), "{\"recnum\":2,\"pcr\":1", StandardOpenOption.APPEND);
    assertLogExplainsRegister(2);
  }

  @Test
  void crashAndForeignExtendTogetherAreNotTakenForARepair() throws Exception {
    open().append(event());
    crashAt(LaunchRegister.Step.EXTENDED);
    host.extend(PCR, "somebody else");
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.REGISTER_MOVED));
    assertThat(Files.exists(intentFile())).as("the intent is kept").isTrue();
  }

  @Test
  void largestEventIsRepairedToo() throws Exception {
    LaunchEvent large =
        new LaunchEvent.Start(
            TestHost.AGENT,
            LaunchId.random(TestHost.RANDOM),
            Digest.hash(new byte[0]),
            List.of(),
            "runtime",
            List.of("x".repeat(64_000)),
            List.of(),
            List.of(),
            List.of(),
            "k".repeat(43),
            KeyProtection.SEALED,
            Digest.hash(new byte[0]));
    LaunchRegister cutOff =
        LaunchRegister.open(
            host.tpm(),
            PCR,
            state,
            step -> {
              if (step == LaunchRegister.Step.EXTENDED) {
                throw new IllegalStateException("cut off");
              }
            });
    assertThatThrownBy(() -> cutOff.append(large)).hasMessage("cut off");
    assertLogExplainsRegister(1);
  }

  @Test
  void crashFollowedByARebootBeginsAnew() throws Exception {
    open().append(event());
    crashAt(LaunchRegister.Step.EXTENDED);
    host.reboot();
    open().append(event());
    assertLogExplainsRegister(1);
  }

  @Test
  void threadsAppendOneAfterTheOther() throws Exception {
    LaunchRegister one = open();
    LaunchRegister two = open();
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        LaunchRegister register = i % 2 == 0 ? one : two;
        running.add(
            threads.submit(
                () -> {
                  register.append(event());
                  return null;
                }));
      }
      for (Future<?> append : running) {
        append.get();
      }
    }
    assertLogExplainsRegister(40);
  }

  private Path logFile() throws IOException {
    return LaunchLogFile.ofBoot(state.child("register-pcr15"), host.tpm().clock()).path();
  }

  private Path intentFile() {
    return state.path().resolve("register-pcr15").resolve(LaunchIntent.FILE);
  }

  /** Runs an append in a process of its own, which ends without any clean-up at a step. */
  private void crashAt(LaunchRegister.Step step) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingLauncher.class.getName(),
                host.simulator().address(),
                state.path().toString(),
                step.name())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("child.out").toFile())
            .start();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue())
        .as(Files.readString(directory.resolve("child.out")))
        .isEqualTo(99);
  }

  static final class CrashingLauncher {
    public static void main(String[] arguments) throws IOException {
      Tpm tpm = Tpm.open(TpmAddress.parse(arguments[0]), TestHost.RANDOM);
      LaunchRegister.Step last = LaunchRegister.Step.valueOf(arguments[2]);
      LaunchRegister register =
          LaunchRegister.open(
              tpm,
              PCR,
              StateDirectory.open(Path.of(arguments[1])),
              step -> {
                if (step == last) {
                  Runtime.getRuntime().halt(99);
                }
              });
      register.append(event());
    }
  }
}
