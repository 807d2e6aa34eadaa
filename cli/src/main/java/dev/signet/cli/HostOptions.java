// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmAddress;
import dev.signet.launcher.EnrolledHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which TPM, and where this host keeps what belongs to it. */
final class HostOptions {
  private static final String DEVICE = "device:/dev/tpmrm0";

  @Option(
      names = "--tpm",
      paramLabel = "TPM",
      description =
          "device:/dev/tpmrm0, swtpm:unix:PATH or swtpm:tcp:HOST:PORT. Default: SIGNET_TPM, else"
              + " the TPM of the enrolment, else device:/dev/tpmrm0.")
  private String tpm;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "This host's state directory. Default: SIGNET_STATE, else /var/lib/signet for root,"
              + " ~/.local/share/signet for others.")
  private Path state;

  Path state(Map<String, String> environment) {
    if (state != null) {
      return state.toAbsolutePath();
    }
    String named = environment.get("SIGNET_STATE");
    if (named != null && !named.isEmpty()) {
      return Path.of(named).toAbsolutePath();
    }
    return "root".equals(System.getProperty("user.name"))
        ? Path.of("/var/lib/signet")
        : Path.of(System.getProperty("user.home"), ".local/share/signet");
  }

  /** The TPM's address as it is written. */
  String address(Map<String, String> environment) throws IOException {
    if (tpm != null) {
      return tpm;
    }
    String named = environment.get("SIGNET_TPM");
    if (named != null && !named.isEmpty()) {
      return named;
    }
    Path directory = state(environment);
    return Files.exists(directory.resolve("enrollment.json"))
        ? EnrolledHost.load(directory).tpm()
        : DEVICE;
  }

  /** Opens the TPM. */
  Tpm open(Invocation invocation) throws CommandFailure, IOException {
    String address = address(invocation.environment());
    TpmAddress parsed;
    try {
      parsed = TpmAddress.parse(address);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
    try {
      return Tpm.open(parsed, invocation.random().get());
    } catch (IOException e) {
      throw CommandFailure.unavailable(
          "the TPM at " + address + " cannot be used: " + e.getMessage(), e);
    }
  }
}
