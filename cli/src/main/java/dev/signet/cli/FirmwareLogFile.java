// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.eventlog.MalformedEventLogException;
import java.io.IOException;
import java.nio.file.Path;

/** Files with a firmware event log, and with a policy for one. */
final class FirmwareLogFile {
  private FirmwareLogFile() {}

  static FirmwareLog read(Path file, Invocation invocation) throws IOException, CommandFailure {
    byte[] bytes = InputFile.read(file, Limits.FIRMWARE_LOG_BYTES, invocation);
    try {
      return FirmwareLog.parse(Bytes.of(bytes));
    } catch (MalformedEventLogException e) {
      throw CommandFailure.notAuthentic(
          Refusal.FIRMWARE_LOG_MALFORMED, file + ": " + e.getMessage());
    }
  }

  static FirmwareLogPolicy policy(Path file) throws IOException, CommandFailure {
    byte[] json = InputFile.read(file, Limits.FIRMWARE_POLICY_BYTES);
    try {
      return StrictJson.decode(json, FirmwareLogPolicy.class, Limits.FIRMWARE_POLICY_BYTES);
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(
          file + " is no policy for a firmware event log: " + e.getMessage());
    }
  }
}
