// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.RequestKey;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.Purpose;
import dev.signet.tpmsim.FirmwareLogMaker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A machine that is judged by its firmware event log: an operator learns the policy and registers
 * it by commands, swtpm holds what the machine measured, the launcher reads the log from a file.
 */
class FirmwareLogSystemTest {
  private static final String PCRS = "pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15]";

  private static Site site;
  private static Path log;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofSeconds(60));
    site.stopVerifier();
    site.configure("operators:", PCRS + "\noperators:");
    site.startVerifier();
    log = site.place("binary_bios_measurements");
    Path good = Files.write(site.place("good.bin"), good().toBytes());
    Path policy = site.place("boot-policy.json");
    assertThat(site.signet("policy", "learn", "eventlog", good, "--out", policy).code()).isZero();
    assertThat(
            site.signet(
                    "agent",
                    "register",
                    Site.AGENT,
                    "--host",
                    site.host().id(),
                    "--signer",
                    site.signer(),
                    "--boot-policy",
                    policy,
                    "--any-launcher",
                    "run from a source tree")
                .code())
        .isZero();
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  private static FirmwareLogMaker good() {
    return FirmwareLogMaker.boot(true, "kernel", "ro quiet");
  }

  /** The machine does what {@code measured} says, and shows {@code shown}. */
  private static void boot(FirmwareLogMaker measured, byte[] shown) throws Exception {
    Files.write(log, shown);
    site.host().reboot(measured.extended(), log);
  }

  private static void boot(FirmwareLogMaker machine) throws Exception {
    boot(machine, machine.toBytes());
  }

  /** Why nothing is released, and what the operator reads about it. */
  private static String refused(String reason) throws Exception {
    try (InProcessLaunch launch = InProcessLaunch.of(site)) {
      assertThat(launch.refusal()).isEqualTo(reason);
    }
    JsonNode decision = site.audit().getLast();
    assertThat(decision.path("outcome").asText()).isEqualTo(reason);
    return decision.path("detail").asText();
  }

  @Test
  void goodBootIsAcceptedAndItsLogCrossesTheWireOnce() throws Exception {
    boot(good());
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey key = launch.release()) {
      assertThat(launch.attest(key).appraisal().boot()).isEqualTo(Appraisal.Boot.EVENT_LOG);
      AttestationRequest later = launch.evidence(launch.challenge(Purpose.ATTEST), key);
      assertThat(later.logs()).isEqualTo(HostLogs.NONE);
      InProcessLaunch.granted(launch.client().attest(later));
    }
  }

  @Test
  void attack24RebootIntoAnotherSystemIsRefusedWithTheDifference() throws Exception {
    boot(good());
    try (InProcessLaunch launch = InProcessLaunch.of(site);
        RequestKey key = launch.release()) {
      launch.attest(key);
    }
    boot(FirmwareLogMaker.boot(true, "rootkit", "ro quiet"));
    assertThat(refused("BOOT_NOT_APPROVED"))
        .contains("kernel (PCR 9): expected", "to allow it, add {\"digest\":");
    boot(FirmwareLogMaker.boot(false, "kernel", "ro quiet"));
    assertThat(refused("BOOT_NOT_APPROVED")).contains("secure boot (PCR 7): expected on, got off");
  }

  @Test
  void attack17TypeThatLooksHarmlessHidesNothing() throws Exception {
    FirmwareLogMaker evil = good();
    evil.event(4, FirmwareLogMaker.SEPARATOR, FirmwareLogMaker.text("rootkit"), new byte[4]);
    boot(evil);
    assertThat(refused("BOOT_NOT_APPROVED")).contains("PCR 4", "by the log's word \"00000000\"");
  }

  @Test
  void attack18LogThatShowsAnotherTextThanWasMeasuredIsRefused() throws Exception {
    FirmwareLogMaker evil = good();
    evil.event(
        8,
        FirmwareLogMaker.IPL,
        FirmwareLogMaker.text("ro init=/bin/sh"),
        FirmwareLogMaker.text("kernel_cmdline: ro quiet\0"));
    boot(evil);
    assertThat(refused("BOOT_NOT_APPROVED"))
        .contains("command line (PCR 8)", "by the log's word \"kernel_cmdline: ro quiet\"");
  }

  @Test
  void attack19And20LogThatIsSplicedOrCutIsRefused() throws Exception {
    FirmwareLogMaker evil = FirmwareLogMaker.boot(true, "rootkit", "ro quiet");
    boot(evil, good().toBytes());
    assertThat(refused("FIRMWARE_LOG_DOES_NOT_REPLAY")).contains("PCR 9", "events lead to");
    byte[] whole = good().toBytes();
    boot(good(), Arrays.copyOf(whole, whole.length - 7));
    assertThat(refused("FIRMWARE_LOG_MALFORMED")).contains("to the end");
    boot(good(), new FirmwareLogMaker().separator(0, 4, 7).toBytes());
    assertThat(refused("FIRMWARE_LOG_DOES_NOT_REPLAY")).contains("PCR 0");
  }

  @Test
  void attack22SecondBootPhaseIsRefused() throws Exception {
    boot(good().separator(7));
    assertThat(refused("BOOT_NOT_APPROVED")).contains("PCR 7: expected one separator");
  }

  @Test
  void attack20HostWithoutALogIsRefused() throws Exception {
    boot(good());
    site.host().reboot();
    assertThat(refused("FIRMWARE_LOG_MISSING")).contains("expected the firmware event log");
  }

  @Test
  void launcherSendsTheLogThatItIsTold() throws Exception {
    boot(good());
    try (SignetProcess run = site.run("--event-log", log.toString()).ready()) {
      run.say("exit 0");
      assertThat(run.end()).isZero();
    }
    boot(FirmwareLogMaker.boot(true, "rootkit", "ro quiet"));
    try (SignetProcess run = site.run("--event-log", log.toString())) {
      assertThat(run.end()).isEqualTo(1);
      run.awaitTold(line -> line.contains("BOOT_NOT_APPROVED"), "the verifier's refusal");
    }
  }
}
