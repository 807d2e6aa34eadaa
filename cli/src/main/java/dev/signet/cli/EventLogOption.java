// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.HostLogFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where this host's firmware event log is. */
final class EventLogOption {
  private static final String NONE = "none";
  private static final Pattern DEVICE = Pattern.compile("device:/dev/tpm(?:rm)?(\\d{1,3})");

  @Option(
      names = "--event-log",
      paramLabel = "FILE|none",
      description =
          "The firmware's event log, which the verifier is sent once a boot. Default: where Linux"
              + " has that of the TPM device (binary_bios_measurements), if it is there.")
  private String eventLog;

  /**
   * @param tpm the TPM's address: a log is of one TPM
   */
  HostLogFiles files(String tpm) throws CommandFailure {
    if (NONE.equals(eventLog)) {
      return HostLogFiles.NONE;
    }
    if (eventLog != null) {
      Path file = Path.of(eventLog);
      if (!Files.isReadable(file)) {
        throw CommandFailure.usage("--event-log: expected a readable file or none, got " + file);
      }
      return new HostLogFiles(Optional.of(file));
    }
    return new HostLogFiles(ofDevice(tpm).filter(Files::isReadable));
  }

  /** The kernel's log of that device; empty for simulators. */
  static Optional<Path> ofDevice(String tpm) {
    Matcher device = DEVICE.matcher(tpm);
    return device.matches()
        ? Optional.of(
            Path.of("/sys/kernel/security/tpm" + device.group(1) + "/binary_bios_measurements"))
        : Optional.empty();
  }
}
