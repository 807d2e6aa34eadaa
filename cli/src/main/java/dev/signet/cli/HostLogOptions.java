// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.HostLogFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where this host's own logs are: the firmware's and IMA's. */
final class HostLogOptions {
  private static final String NONE = "none";
  private static final List<Path> IMA =
      List.of(
          Path.of("/sys/kernel/security/ima/binary_runtime_measurements"),
          Path.of("/sys/kernel/security/ima/binary_runtime_measurements_sha256"));
  private static final Pattern DEVICE = Pattern.compile("device:/dev/tpm(?:rm)?(\\d{1,3})");

  @Option(
      names = "--event-log",
      paramLabel = "FILE|none",
      description =
          "The firmware's event log, which the verifier is sent once a boot. Default: where Linux"
              + " has that of the TPM device (binary_bios_measurements), if it is there.")
  private String eventLog;

  @Option(
      names = "--ima-log",
      paramLabel = "FILE|none",
      description =
          "IMA's log in binary, of which the verifier is sent what it has not read yet where the"
              + " agent's registration asks for it. Default: where Linux has it, with a TPM device.")
  private String imaLog;

  /**
   * @param tpm the TPM's address: a log is of one TPM
   */
  HostLogFiles files(String tpm) throws CommandFailure {
    return new HostLogFiles(
        file("--event-log", eventLog, ofDevice(tpm)), file("--ima-log", imaLog, ofKernel(tpm)));
  }

  private static Optional<Path> file(String option, String given, Optional<Path> otherwise)
      throws CommandFailure {
    if (given == null) {
      return otherwise.filter(Files::isReadable);
    }
    if (given.equals(NONE)) {
      return Optional.empty();
    }
    Path file = Path.of(given);
    if (!Files.isReadable(file)) {
      throw CommandFailure.usage(option + ": expected a readable file or none, got " + file);
    }
    return Optional.of(file);
  }

  /** IMA's log, which is of the machine's own TPM. */
  private static Optional<Path> ofKernel(String tpm) {
    return DEVICE.matcher(tpm).matches()
        ? IMA.stream().filter(Files::isReadable).findFirst()
        : Optional.empty();
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
