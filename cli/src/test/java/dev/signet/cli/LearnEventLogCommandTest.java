// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.FirmwareLogMaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy learn eventlog}, and {@code check eventlog --policy}. */
class LearnEventLogCommandTest {
  @TempDir Path dir;

  private final CommandRun run = new CommandRun();

  private Path log(String name, boolean secureBoot, String kernel) throws IOException {
    return Files.write(
        dir.resolve(name), FirmwareLogMaker.boot(secureBoot, kernel, "ro quiet").toBytes());
  }

  @Test
  void learntPolicyFitsItsLogAndNamesWhatChanged() throws Exception {
    Path good = log("good.bin", true, "kernel");
    Path policy = dir.resolve("policy.json");
    JsonNode learnt =
        run.good("policy", "learn", "eventlog", good, "--out", policy, "--json").json();
    assertThat(learnt.get("judgedPcrs").toString()).isEqualTo("[0,4,7,8,9,14]");
    run.good("check", "eventlog", good, "--policy", policy);

    CommandRun.Ended changed =
        run.signet(
            "check", "eventlog", log("bad.bin", false, "rootkit"), "--policy", policy, "--json");
    assertThat(changed.code()).isEqualTo(1);
    assertThat(changed.json().get("findings")).hasSize(2);
    JsonNode secureBoot = changed.json().get("findings").get(0);
    assertThat(secureBoot.get("reason").asText()).isEqualTo("BOOT_NOT_APPROVED");
    assertThat(secureBoot.get("detail").asText()).contains("expected on, got off", "to allow it");
    assertThat(changed.json().get("findings").get(1).get("detail").asText())
        .contains("kernel (PCR 9): expected", "to allow it, add {\"digest\":\"sha256:");
    assertThat(run.signet("check", "eventlog", dir.resolve("bad.bin"), "--policy", policy).err())
        .contains("refused: BOOT_NOT_APPROVED: kernel (PCR 9)");
  }

  @Test
  void severalLogsAndWaiversMakeOnePolicy() throws Exception {
    Path first = log("first.bin", true, "kernel");
    Path second = log("second.bin", true, "newer kernel");
    byte[] json =
        run.good("policy", "learn", "eventlog", first, second, "--waive-pcr", "14=no shim keys")
            .bytes();
    FirmwareLogPolicy policy = StrictJson.decode(json, FirmwareLogPolicy.class, 1 << 20);
    assertThat(policy.judged()).doesNotContain(14);
    assertThat(policy.waivedPcrs()).containsEntry(14, "no shim keys");
    Path file = Files.write(dir.resolve("policy.json"), json);
    run.good("check", "eventlog", first, "--policy", file);
    run.good("check", "eventlog", second, "--policy", file);
    CommandRun.Ended both =
        run.signet("policy", "learn", "eventlog", first, log("off.bin", false, "kernel"));
    assertThat(both.code()).isEqualTo(64);
    assertThat(both.err()).contains("secure boot to be on in each log");
  }

  @Test
  void whatIsNoPolicyIsNotTakenForOne() throws Exception {
    Path good = log("good.bin", true, "kernel");
    Path policy = Files.writeString(dir.resolve("policy.json"), "{\"componets\":[]}");
    CommandRun.Ended ended = run.signet("check", "eventlog", good, "--policy", policy);
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains("no policy for a firmware event log");
  }
}
