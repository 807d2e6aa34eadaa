// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.verifier.appraisal.FirmwareLogLearning;
import dev.signet.verifier.eventlog.FirmwareLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boots that are judged by their firmware event log, through the API. */
class FirmwareLogIT {
  private static final FirmwareLogMaker GOOD = FirmwareLogMaker.boot(true, "kernel", "ro quiet");

  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory);
    verifier.pcrs = HostLogsIT.PCRS;
    verifier.start();
    host = new TestHost(verifier, "host-1");
    host.firmware = GOOD;
    host.boot = boot(GOOD);
    host.ready();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private static String boot(FirmwareLogMaker good) throws Exception {
    FirmwareLogPolicy policy =
        FirmwareLogLearning.learn(List.of(FirmwareLog.parse(good.log())), Map.of());
    return "{\"firmwareLog\":"
        + new String(StrictJson.encode(policy), StandardCharsets.UTF_8)
        + "}";
  }

  private String lastDetail() throws Exception {
    JsonNode decisions = verifier.operator("GET", "/v1/audit", null).get("decisions");
    return decisions.get(decisions.size() - 1).get("detail").asText();
  }

  private AttestationRequest evidence(HostLogs logs) throws Exception {
    Challenge challenge = host.challenge(Purpose.ATTEST);
    return host.evidence(Purpose.ATTEST, challenge.nonce(), TestVerifier.ISSUER, logs);
  }

  @Test
  void goodBootIsAcceptedAndTheTokenSaysHowItWasJudged() throws Exception {
    byte[] token = host.attest().token().getBytes(StandardCharsets.US_ASCII);
    String payload = new String(token, StandardCharsets.US_ASCII).split("\\.")[1];
    IdentityClaims claims =
        StrictJson.decode(Bytes.fromBase64Url(payload).toArray(), IdentityClaims.class, 1 << 16);
    assertThat(claims.signet().appraisal().boot()).isEqualTo(Appraisal.Boot.EVENT_LOG);
    // The second time the log does not cross the wire.
    assertThat(host.freshEvidence(Purpose.ATTEST).logs()).isEqualTo(HostLogs.NONE);
    host.attest();
  }

  @Test
  void changedPolicyJudgesTheKeptLogAnew() throws Exception {
    host.attest();
    host.boot = boot(FirmwareLogMaker.boot(true, "another kernel", "ro quiet"));
    host.registered();
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("BOOT_NOT_APPROVED");
    assertThat(lastDetail()).contains("kernel (PCR 9): expected", "to allow it, add");
    host.boot = boot(GOOD);
    host.registered();
    host.attest();
  }

  @Test
  void attack24RebootIntoAnotherSystemIsJudgedAgain() throws Exception {
    host.attest();
    host.tpm.reset();
    host.firmware = FirmwareLogMaker.boot(true, "kernel", "ro init=/bin/sh");
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("BOOT_NOT_APPROVED");
    assertThat(lastDetail())
        .contains("command line (PCR 8)", "proved to be \"kernel_cmdline: ro init=/bin/sh\"");
    assertThat(host.refused(evidence(HostLogs.NONE))).isEqualTo("FIRMWARE_LOG_MISSING");
  }

  @Test
  void attack24LogOfTheBootBeforeDoesNotServe() throws Exception {
    host.attest();
    host.tpm.reset();
    assertThat(host.refused(evidence(HostLogs.NONE))).isEqualTo("FIRMWARE_LOG_MISSING");
    host.attest();
  }

  @Test
  void attack19SplicedLogIsRefused() throws Exception {
    HostLogs spliced =
        new HostLogs(FirmwareLogMaker.boot(true, "kernel", "ro quiet").separator(4).log());
    assertThat(host.refused(evidence(spliced))).isEqualTo("FIRMWARE_LOG_DOES_NOT_REPLAY");
    assertThat(lastDetail()).contains("PCR 4: 5 events lead to");
  }

  @Test
  void attack20TruncatedLogIsRefused() throws Exception {
    byte[] log = GOOD.toBytes();
    HostLogs cut = new HostLogs(Bytes.of(Arrays.copyOf(log, log.length - 1)));
    assertThat(host.refused(evidence(cut))).isEqualTo("FIRMWARE_LOG_MALFORMED");
    HostLogs shorter = new HostLogs(new FirmwareLogMaker().separator(0, 4, 7, 8, 9, 14).log());
    assertThat(host.refused(evidence(shorter))).isEqualTo("FIRMWARE_LOG_DOES_NOT_REPLAY");
    assertThat(host.refused(evidence(HostLogs.NONE))).isEqualTo("FIRMWARE_LOG_MISSING");
    host.attest();
  }
}
