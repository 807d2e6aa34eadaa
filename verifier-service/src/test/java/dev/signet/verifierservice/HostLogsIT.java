// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.LogRequest;
import dev.signet.protocol.Purpose;
import dev.signet.tpmsim.FirmwareLogMaker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host's own logs cross the wire once a boot. */
class HostLogsIT {
  /** Those that the made boot extends, and the launch register. */
  static final String PCRS = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15]";

  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory);
    verifier.pcrs = PCRS;
    verifier.start();
    host = new TestHost(verifier, "host-1");
    host.firmware = FirmwareLogMaker.boot(true, "kernel", "ro quiet");
    host.ready();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private LogRequest.State asked() throws Exception {
    LogRequest logs = host.challenge(Purpose.ATTEST).logs();
    assertThat(logs.isOf(host.tpm.resetCount(), host.tpm.restartCount())).isTrue();
    return logs.firmware();
  }

  @Test
  void logIsWantedOnceABoot() throws Exception {
    assertThat(asked()).isEqualTo(LogRequest.State.WANTED);
    assertThat(host.freshEvidence(Purpose.ATTEST).logs().firmware()).isNotNull();
    host.attest();
    assertThat(asked()).isEqualTo(LogRequest.State.KNOWN);
    assertThat(host.freshEvidence(Purpose.ATTEST).logs()).isEqualTo(HostLogs.NONE);
    host.attest();
  }

  @Test
  void attack24AnotherBootHasAnotherLog() throws Exception {
    host.attest();
    host.tpm.reset();
    LogRequest before = host.challenge(Purpose.ATTEST).logs();
    assertThat(before.isOf(host.tpm.resetCount(), host.tpm.restartCount())).isFalse();
    assertThat(host.freshEvidence(Purpose.ATTEST).logs().firmware()).isNotNull();
    host.firmware = FirmwareLogMaker.boot(true, "another kernel", "ro quiet");
    host.attest();
    assertThat(asked()).isEqualTo(LogRequest.State.KNOWN);
  }

  @Test
  void logIsForgottenWithTheKey() throws Exception {
    host.attest();
    verifier.operator("POST", "/v1/hosts/host-1/ak-reset", null);
    host.tpm.newAk();
    host.enrolled();
    assertThat(asked()).isEqualTo(LogRequest.State.WANTED);
  }

  @Test
  void logThatDoesNotLeadToTheQuoteIsNotKept() throws Exception {
    Challenge challenge = host.challenge(Purpose.ATTEST);
    HostLogs other = new HostLogs(FirmwareLogMaker.boot(true, "other", "ro").log());
    AttestationRequest evidence =
        host.evidence(Purpose.ATTEST, challenge.nonce(), TestVerifier.ISSUER, other);
    // The registration waives the boot: nothing is judged, and nothing is kept.
    assertThat(host.submit(evidence).statusCode()).isEqualTo(200);
    assertThat(asked()).isEqualTo(LogRequest.State.WANTED);
  }

  @Test
  void attack04LogIsBoundByTheQuote() throws Exception {
    AttestationRequest good = host.freshEvidence(Purpose.ATTEST);
    AttestationRequest swapped =
        new AttestationRequest(
            good.purpose(),
            good.nonce(),
            good.akName(),
            good.agent(),
            good.launch(),
            good.quote(),
            good.log(),
            good.statement(),
            good.requestKey(),
            good.keyProtection(),
            good.sessionNonce(),
            good.proofOfPossession(),
            new HostLogs(FirmwareLogMaker.boot(true, "other", "ro").log()));
    assertThat(host.refused(swapped)).isEqualTo("WRONG_NONCE");
  }
}
