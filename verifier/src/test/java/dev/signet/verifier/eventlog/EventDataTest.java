// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import static dev.signet.tpmsim.FirmwareLogMaker.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.tpmsim.FirmwareLogMaker;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventDataTest {
  private static final int VARIABLE_BOOT = 0x8000_0002;

  private static FirmwareEvent last(FirmwareLogMaker made) throws MalformedEventLogException {
    return FirmwareLog.parse(made.log()).events().getLast();
  }

  private static Optional<Bytes> proved(FirmwareLogMaker made) throws MalformedEventLogException {
    return EventData.proved(last(made), Bank.SHA256);
  }

  @Test
  void dataThatWasHashedIsProved() throws Exception {
    assertThat(proved(new FirmwareLogMaker().separator(4))).contains(Bytes.of(new byte[4]));
  }

  @Test
  void attack18DataThatWasNotHashedIsNotProved() throws Exception {
    assertThat(proved(new FirmwareLogMaker().image("\\grubx64.efi", text("another")))).isEmpty();
    byte[] on =
        FirmwareLogMaker.variableData(FirmwareLogMaker.GLOBAL, "SecureBoot", new byte[] {1});
    byte[] off =
        FirmwareLogMaker.variableData(FirmwareLogMaker.GLOBAL, "SecureBoot", new byte[] {0});
    assertThat(
            proved(
                new FirmwareLogMaker().event(7, FirmwareLogMaker.VARIABLE_DRIVER_CONFIG, off, on)))
        .isEmpty();
  }

  @Test
  void whatGrubAndLoadersLeaveOutOfTheHashIsLeftOut() throws Exception {
    assertThat(proved(new FirmwareLogMaker().commandLine("ro quiet")))
        .contains(Bytes.of(text("ro quiet")));
    byte[] wide = "ro quiet\0".getBytes(StandardCharsets.UTF_16LE);
    byte[] hashed = "ro quiet".getBytes(StandardCharsets.UTF_16LE);
    assertThat(proved(new FirmwareLogMaker().event(12, FirmwareLogMaker.IPL, hashed, wide)))
        .contains(Bytes.of(hashed));
  }

  @Test
  void olderFirmwareHashesAVariablesContents() throws Exception {
    byte[] data = FirmwareLogMaker.variableData(FirmwareLogMaker.GLOBAL, "BootOrder", text("01"));
    assertThat(proved(new FirmwareLogMaker().event(1, VARIABLE_BOOT, text("01"), data)))
        .contains(Bytes.of(text("01")));
    // What secure boot rests on is not read that way: its name would be anybody's word.
    assertThat(
            proved(
                new FirmwareLogMaker()
                    .event(7, FirmwareLogMaker.VARIABLE_DRIVER_CONFIG, text("01"), data)))
        .isEmpty();
  }

  @Test
  void whatIsNotExtendedProvesNothing() throws Exception {
    assertThat(proved(new FirmwareLogMaker().event(0, FirmwareLogMaker.NO_ACTION, text("x"))))
        .isEmpty();
  }

  @Test
  void describesEventsForPeople() throws Exception {
    assertThat(EventDescription.of(last(new FirmwareLogMaker().image("\\EFI\\a.efi", text("a")))))
        .isEqualTo("\\EFI\\a.efi");
    assertThat(EventDescription.of(last(new FirmwareLogMaker().commandLine("ro \u001b[31m"))))
        .doesNotContain("\u001b");
    assertThat(
            EventDescription.of(
                last(
                    new FirmwareLogMaker()
                        .variable(
                            FirmwareLogMaker.VARIABLE_DRIVER_CONFIG,
                            FirmwareLogMaker.GLOBAL,
                            "PK",
                            text("key")))))
        .isEqualTo("variable PK");
  }
}
