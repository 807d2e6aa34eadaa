// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedTpmIT {
  @TempDir Path directory;

  @Test
  void startsInMillisecondsAndAnswersOnceStartReturns() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      assertThat(RawTpm.over(tpm).pcr(15)).isEqualTo("0".repeat(64));
      tpm.stop();
      long before = System.nanoTime();
      tpm.start();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void onlyTheOwnerCanReachTheSockets() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tpm.directory())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void servesTcpToo() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).startTcp()) {
      assertThat(tpm.address()).matches("swtpm:tcp:127\\.0\\.0\\.1:[0-9]+");
      assertThat(RawTpm.over(tpm).pcr(15)).isEqualTo("0".repeat(64));
      tpm.reboot();
      assertThat(RawTpm.over(tpm).clock().resetCount()).isEqualTo(2);
    }
  }

  @Test
  void rebootZeroesThePcrsAndCountsAReset() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      RawTpm raw = RawTpm.over(tpm);
      RawTpm.Clock before = raw.clock();
      raw.extend(15);
      assertThat(raw.pcr(15)).isNotEqualTo("0".repeat(64));
      tpm.reboot();
      assertThat(raw.pcr(15)).isEqualTo("0".repeat(64));
      assertThat(raw.clock().resetCount()).isEqualTo(before.resetCount() + 1);
      assertThat(raw.clock().safe()).isTrue();
    }
  }

  @Test
  void orderlyPowerOffKeepsTheClock() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      RawTpm raw = RawTpm.over(tpm);
      Awaitility.await().until(() -> raw.clock().millis() > 50);
      long before = raw.clock().millis();
      tpm.shutDown();
      assertThat(tpm.isRunning()).isFalse();
      tpm.start();
      assertThat(raw.clock().millis()).isGreaterThanOrEqualTo(before);
      assertThat(raw.clock().safe()).isTrue();
    }
  }

  @Test
  void restartZeroesThePcrsAtTheSameResetCount() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      RawTpm raw = RawTpm.over(tpm);
      RawTpm.Clock before = raw.clock();
      raw.extend(15);
      tpm.restart();
      assertThat(raw.pcr(15)).isEqualTo("0".repeat(64));
      assertThat(raw.clock().resetCount()).isEqualTo(before.resetCount());
      assertThat(raw.clock().restartCount()).isEqualTo(before.restartCount() + 1);
    }
  }

  @Test
  void powerCutLeavesAnUnsafeClock() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      RawTpm raw = RawTpm.over(tpm);
      tpm.reboot();
      RawTpm.Clock before = raw.clock();
      tpm.powerCut();
      assertThat(tpm.isRunning()).isFalse();
      tpm.start();
      assertThat(raw.clock().resetCount()).isEqualTo(before.resetCount() + 1);
      assertThat(raw.clock().safe()).isFalse();
    }
  }

  @Test
  void snapshotRestoredTurnsTheCountersBackAndACloneHasThem() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      RawTpm raw = RawTpm.over(tpm);
      tpm.reboot();
      assertThatThrownBy(() -> tpm.snapshot(directory.resolve("snap")))
          .isInstanceOf(IllegalStateException.class);
      tpm.stop();
      Path snapshot = tpm.snapshot(directory.resolve("snap"));
      tpm.start();
      tpm.reboot();
      tpm.reboot();
      int later = raw.clock().resetCount();
      tpm.stop();
      tpm.restore(snapshot);
      try (SimulatedTpm clone = tpm.cloneTo(directory.resolve("b")).start()) {
        tpm.start();
        assertThat(raw.clock().resetCount()).isLessThan(later);
        assertThat(RawTpm.over(clone).clock().resetCount()).isEqualTo(raw.clock().resetCount());
      }
    }
  }

  @Test
  void refusesASecondProcessOnTheSameDirectory() throws IOException {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      SimulatedTpm again = SimulatedTpm.in(tpm.directory());
      assertThatThrownBy(again::start)
          .isInstanceOf(TpmSimulationException.class)
          .hasMessageContaining("pid " + tpm.pid());
    }
  }

  @Test
  void detachedTpmIsFoundAgainAndStopped() throws IOException {
    Path place = directory.resolve("a");
    SimulatedTpm.in(place).startDetached();
    SimulatedTpm found = SimulatedTpm.in(place);
    assertThat(found.isRunning()).isTrue();
    long pid = found.pid();
    assertThat(RawTpm.over(found).pcr(15)).isEqualTo("0".repeat(64));
    found.stop();
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void manyRunAtOnce() throws IOException {
    List<SimulatedTpm> all = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        all.add(SimulatedTpm.in(directory.resolve("m" + i)).start());
      }
      for (SimulatedTpm tpm : all) {
        assertThat(RawTpm.over(tpm).pcr(15)).isEqualTo("0".repeat(64));
      }
    } finally {
      all.forEach(SimulatedTpm::close);
    }
  }

  @Test
  void nothingIsLeftWhenTheJvmIsKilled() throws Exception {
    Path place = directory.resolve("a");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldsATpm.class.getName(),
                place.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("child.out").toFile())
            .start();
    Path marker = directory.resolve("a").resolve("pid.of.swtpm");
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(marker));
    long pid = Long.parseLong(Files.readString(marker));
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isPresent();

    child.destroyForcibly();
    assertThat(child.waitFor(5, TimeUnit.SECONDS)).isTrue();

    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void makerManufacturesGenuineTpmsInParallel() throws Exception {
    TpmMaker maker = TpmMaker.in(directory.resolve("maker"), "Test Maker", new SecureRandom());
    List<SimulatedTpm> made =
        maker.manufacture(List.of(directory.resolve("a"), directory.resolve("b")));
    List<String> subjects = new ArrayList<>();
    for (SimulatedTpm tpm : made) {
      try (tpm) {
        tpm.start();
        var certificate = RawTpm.over(tpm).rsaEkCertificate();
        certificate.verify(maker.issuer().getPublicKey());
        assertThat(certificate.getExtendedKeyUsage()).contains("2.23.133.8.1");
        subjects.add(HexFormat.of().formatHex(certificate.getPublicKey().getEncoded()));
      }
    }
    assertThat(subjects).doesNotHaveDuplicates();
    maker.issuer().verify(maker.root().getPublicKey());
    assertThat(TpmMaker.open(directory.resolve("maker")).root()).isEqualTo(maker.root());
    assertThatThrownBy(() -> maker.manufacture(directory.resolve("a")))
        .hasMessageContaining("found one");
  }

  @Test
  void refusesAPathTooLongForASocket() {
    Path tooLong = directory.resolve("x".repeat(100));
    assertThatThrownBy(() -> SimulatedTpm.in(tooLong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("107");
  }

  @Test
  void tpm2ToolsCanUseIt() throws Exception {
    try (SimulatedTpm tpm = SimulatedTpm.in(directory.resolve("a")).start()) {
      ProcessBuilder tool =
          new ProcessBuilder("tpm2_pcrread", "sha256:15").redirectErrorStream(true);
      tool.environment().put("TPM2TOOLS_TCTI", tpm.tcti());
      Process process = tool.start();
      String output = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(output).isZero();
      assertThat(output).contains("0".repeat(64));
    }
  }

  static final class HoldsATpm {
    public static void main(String[] arguments) throws IOException {
      SimulatedTpm tpm = SimulatedTpm.in(Path.of(arguments[0])).start();
      Path temporary = tpm.directory().resolve("pid.tmp");
      Files.writeString(temporary, Long.toString(tpm.pid()));
      Files.move(temporary, tpm.directory().resolve("pid.of.swtpm"));
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofSeconds(60).toNanos());
    }
  }
}
