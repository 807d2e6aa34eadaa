// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static dev.signet.tpmsim.FirmwareLogMaker.text;
import static dev.signet.verifier.Expect.authentic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Digest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.Refusal;
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.eventlog.VerifiedFirmwareLog;
import dev.signet.verifier.verification.BaselineRule;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedQuote;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A boot that the firmware's event log is to show: the whole way from quote to findings. */
class FirmwareBootTest {
  private static final FirmwareLogMaker GOOD = FirmwareLogMaker.boot(true, "kernel", "ro quiet");

  private final Sample sample = new Sample();
  private final LaunchEvent.Start start = sample.start();
  private Map<Integer, String> waived = Map.of(10, "IMA measures every file");
  private long firmwareVersion = 0x2019_1023_0016_3636L;
  private String leastTpmFirmware;

  private FirmwareLogPolicy policy() throws Exception {
    FirmwareLogPolicy learnt =
        FirmwareLogLearning.learn(List.of(FirmwareLog.parse(GOOD.log())), waived);
    return new FirmwareLogPolicy(
        learnt.secureBoot(),
        learnt.components(),
        learnt.pinned(),
        learnt.waivedPcrs(),
        learnt.startupLocality(),
        leastTpmFirmware);
  }

  private VerifiedLaunchLog launched(FirmwareLogMaker machine) {
    Map<Integer, Digest> pcrs = new TreeMap<>(Sample.pcrs(start));
    pcrs.putAll(machine.pcrs());
    SoftwareTpm.Quote quote = sample.tpm.quote(Sample.INPUT, pcrs);
    quote.firmwareVersion = firmwareVersion;
    return authentic(
        VerifiedLaunchLog.replay(
            Sample.log(start),
            sample.quote(quote, Sample.INPUT),
            Sample.REGISTER,
            BaselineRule.zeros()));
  }

  private List<Finding> findings(FirmwareLogMaker machine) throws Exception {
    FirmwareLogPolicy policy = policy();
    VerifiedLaunchLog log = launched(machine);
    VerifiedFirmwareLog firmware =
        authentic(VerifiedFirmwareLog.replay(machine.log(), log.quote(), policy.judged()));
    return BootAppraisal.findings(
        new BootExpectation.FirmwareLog(policy), log, new ProvedLogs(Optional.of(firmware)));
  }

  @Test
  void bootThatWasLearntIsApproved() throws Exception {
    assertThat(findings(GOOD)).isEmpty();
    BootExpectation expectation = new BootExpectation.FirmwareLog(policy());
    assertThat(BootAppraisal.judged(expectation)).isEqualTo(Appraisal.Boot.EVENT_LOG);
    assertThat(BootAppraisal.judgesOperatingSystem(expectation, launched(GOOD))).isTrue();
    assertThat(BootAppraisal.waivers(expectation))
        .containsExactly("PCR 10: IMA measures every file");
  }

  @Test
  void waivedPcrMeansThatTheSystemWasNotJudgedWhole() throws Exception {
    waived = Map.of(10, "IMA", 9, "kernels differ");
    BootExpectation expectation = new BootExpectation.FirmwareLog(policy());
    assertThat(findings(FirmwareLogMaker.boot(true, "another", "ro quiet"))).isEmpty();
    assertThat(BootAppraisal.judgesOperatingSystem(expectation, launched(GOOD))).isFalse();
  }

  @Test
  void attack24AnotherBootIsRefusedWithTheDifference() throws Exception {
    assertThat(findings(FirmwareLogMaker.boot(true, "another", "ro quiet")))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.reason()).isEqualTo(Refusal.BOOT_NOT_APPROVED);
              assertThat(finding.detail()).contains("kernel (PCR 9): expected", "got", "to allow");
            });
  }

  @Test
  void quotedPcrThatThePolicyIsSilentAboutIsRefused() throws Exception {
    waived = Map.of();
    assertThat(findings(GOOD))
        .singleElement()
        .satisfies(f -> assertThat(f.detail()).contains("PCR 10: expected a value or a waiver"));
  }

  @Test
  void attack20NoLogIsNoBoot() throws Exception {
    assertThat(
            BootAppraisal.findings(
                new BootExpectation.FirmwareLog(policy()), launched(GOOD), ProvedLogs.NONE))
        .singleElement()
        .satisfies(f -> assertThat(f.reason()).isEqualTo(Refusal.FIRMWARE_LOG_MISSING));
  }

  @Test
  void logOfAnotherQuoteIsAWrongCall() throws Exception {
    FirmwareLogPolicy policy = policy();
    VerifiedQuote other = launched(GOOD).quote();
    VerifiedFirmwareLog firmware =
        authentic(VerifiedFirmwareLog.replay(GOOD.log(), other, policy.judged()));
    assertThatThrownBy(
            () ->
                BootAppraisal.findings(
                    new BootExpectation.FirmwareLog(policy),
                    launched(GOOD),
                    new ProvedLogs(Optional.of(firmware))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack25OlderTpmFirmwareIsRefused() throws Exception {
    leastTpmFirmware = "2019102300163636";
    assertThat(findings(GOOD)).isEmpty();
    firmwareVersion--;
    assertThat(findings(GOOD))
        .singleElement()
        .satisfies(
            f ->
                assertThat(f.detail())
                    .contains("TPM firmware: expected 2019102300163636 or more, got"));
    // Unsigned: vendors use all 64 bits.
    firmwareVersion = -1;
    assertThat(findings(GOOD)).isEmpty();
  }

  @Test
  void pinnedPcrIsComparedWithTheQuote() throws Exception {
    FirmwareLogMaker more = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    more.event(5, FirmwareLogMaker.EFI_ACTION, text("Exit Boot Services Invocation"));
    assertThat(findings(more))
        .singleElement()
        .satisfies(f -> assertThat(f.detail()).contains("PCR 5: expected sha256:"));
  }
}
