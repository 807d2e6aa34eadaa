// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.cli.SignetHere;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What a guest's firmware and kernel measured, with the PCRs of the same moment: {@code
 * firmware.log}, {@code ima.bin}, {@code ima.txt} and {@code pcrs.txt} in a directory.
 */
record GuestLogs(Path directory) {
  private static final String SECURITY = "/sys/kernel/security/";
  private static final String IMA = SECURITY + "ima/";

  /** Programs that the guest has run before: no entry appears between the two looks. */
  private static final String SAME_MOMENT =
      "for try in 1 2 3 4 5; do "
          + ("cat " + IMA + "binary_runtime_measurements > /run/ima.bin; ")
          + ("cat " + IMA + "ascii_runtime_measurements > /run/ima.txt; ")
          + "for pcr in /sys/class/tpm/tpm0/pcr-sha256/*; do "
          + "echo ${pcr##*/} $(cat $pcr); done > /run/pcrs.txt; "
          + ("cat " + IMA + "binary_runtime_measurements > /run/ima.again; ")
          + "if [ \"$(base64 -w 0 /run/ima.bin)\" = \"$(base64 -w 0 /run/ima.again)\" ];"
          + " then exit 0; fi; done; echo the log does not stand still; exit 1";

  static GuestLogs capture(GuestHost host, Path directory) throws IOException {
    Files.createDirectories(directory);
    host.must(SAME_MOMENT);
    write(host, SECURITY + "tpm0/binary_bios_measurements", directory.resolve("firmware.log"));
    write(host, "/run/ima.bin", directory.resolve("ima.bin"));
    write(host, "/run/ima.txt", directory.resolve("ima.txt"));
    String pcrs = new String(host.read("/run/pcrs.txt"), StandardCharsets.US_ASCII);
    Files.writeString(directory.resolve("pcrs.txt"), pcrs.toLowerCase(Locale.ROOT));
    return new GuestLogs(directory);
  }

  Path firmware() {
    return directory.resolve("firmware.log");
  }

  Path ima() {
    return directory.resolve("ima.bin");
  }

  private static void write(GuestHost host, String from, Path to) throws IOException {
    Files.write(to, host.read(from));
  }

  /**
   * {@code signet policy learn eventlog}, and what an operator adds by hand: nothing is measured
   * into PCR 8 where no GRUB is.
   */
  Path bootPolicy() throws Exception {
    Path policy = directory.resolve("boot-policy.json");
    good(
        SignetHere.run(
            Map.of(),
            "policy",
            "learn",
            "eventlog",
            firmware(),
            "--waive-pcr",
            "10=IMA's, which moves",
            "--out",
            policy,
            "--force"));
    ObjectNode edited = (ObjectNode) StrictJson.tree(Files.readAllBytes(policy), 1 << 20);
    edited.withObject("/pinned").put("8", "sha256:" + "0".repeat(64));
    return Files.writeString(policy, edited.toString());
  }

  /**
   * {@code signet policy learn ima}, and what an operator adds by hand: files that change and do
   * not run.
   */
  Path imaPolicy() throws Exception {
    Path policy = directory.resolve("ima-policy.json");
    good(SignetHere.run(Map.of(), "policy", "learn", "ima", ima(), "--out", policy, "--force"));
    ObjectNode edited = (ObjectNode) StrictJson.tree(Files.readAllBytes(policy), 1 << 22);
    exclude(edited, "/opt/signet/agents/**", "agents are measured and judged in launch events");
    exclude(edited, "/var/lib/signet/**", "the launcher's records and sealed keys");
    exclude(edited, "/var/lib/systemd/**", "random seed and timers' stamps");
    exclude(edited, "/var/log/**", "who logged in");
    return Files.writeString(policy, edited.toString());
  }

  private static void exclude(ObjectNode policy, String path, String reason) {
    policy.withArray("exclude").addObject().put("path", path).put("reason", reason);
  }

  private static void good(SignetHere.Ended ended) {
    assertThat(ended.code()).as(ended.err()).isZero();
  }
}
