// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.verifier.eventlog.FirmwareLog;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A policy learnt from the log of a real firmware: see the vectors' README. */
class GuestFirmwareLogTest {
  private static final int SHA256_BYTES = 32;

  /** The event's size, and the tagged event's id and size (PFP 10.2.2, 10.4.2.1). */
  private static final int HEADER = 4 + 4 + 4;

  private static byte[] log() throws Exception {
    try (InputStream in =
        GuestFirmwareLogTest.class.getResourceAsStream("/vectors/guest/firmware.log")) {
      return in.readAllBytes();
    }
  }

  private static List<Finding> differences(String changedEvent) throws Exception {
    byte[] log = log();
    FirmwareLogPolicy learnt =
        FirmwareLogLearning.learn(List.of(FirmwareLog.parse(Bytes.of(log))), Map.of());
    if (changedEvent != null) {
      int data = new String(log, StandardCharsets.ISO_8859_1).indexOf(changedEvent);
      log[data - HEADER - SHA256_BYTES] ^= 1;
    }
    return FirmwareLogAppraisal.findings(learnt, FirmwareLog.parse(Bytes.of(log)));
  }

  @Test
  void theBootThatWasLearntIsAllowed() throws Exception {
    assertThat(differences(null)).isEmpty();
  }

  @Test
  void linuxNamesItsCommandLineAndInitrd() throws Exception {
    assertThat(differences("LOADED_IMAGE::LoadOptions"))
        .singleElement()
        .satisfies(
            found -> assertThat(found.detail()).startsWith("command line (PCR 9): expected"));
    assertThat(differences("Linux initrd"))
        .singleElement()
        .satisfies(found -> assertThat(found.detail()).startsWith("initrd (PCR 9): expected"));
  }
}
