// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Digest;
import dev.signet.tpmsim.SimulatedImaLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check ima} and {@code policy learn ima}. */
class ImaCommandsTest {
  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private final SimulatedImaLog log =
      new SimulatedImaLog()
          .bootAggregate(List.of(Digest.ofDigest(new byte[32])))
          .file("/usr/bin/bash", "bash")
          .file("/usr/bin/ls", "ls");

  private Path file(byte[] bytes) throws IOException {
    return Files.write(dir.resolve("log"), bytes);
  }

  private Path learnt() throws IOException {
    Path policy = dir.resolve("policy.json");
    run.good("policy", "learn", "ima", file(log.binary()), "--out", policy, "--force");
    return policy;
  }

  @Test
  void whatWasLearntIsAllowedInBothForms() throws Exception {
    Path policy = learnt();
    for (byte[] form : List.of(log.binary(), log.ascii())) {
      JsonNode result =
          run.good(
                  "check",
                  "ima",
                  file(form),
                  "--policy",
                  policy,
                  "--pcr",
                  log.value().toHex(),
                  "--json")
              .json();
      assertThat(result.get("outcome").asText()).isEqualTo("good");
      assertThat(result.get("entries").asInt()).isEqualTo(3);
      assertThat(result.at("/pcrs/sha256/10").asText()).isEqualTo(log.value().toHex());
      assertThat(result.get("notAllowed").asInt()).isZero();
    }
  }

  @Test
  void changedFileIsShownWithTheLineThatWouldAllowIt() throws Exception {
    Path policy = learnt();
    Path changed = file(log.file("/usr/bin/ls", "evil").binary());
    CommandRun.Ended ended = run.signet("check", "ima", changed, "--policy", policy);
    assertThat(ended.code()).isEqualTo(1);
    String evil = Digest.hash("evil".getBytes(StandardCharsets.UTF_8)).toString();
    String ls = Digest.hash("ls".getBytes(StandardCharsets.UTF_8)).toString();
    assertThat(ended.err())
        .contains("IMA_NOT_APPROVED: entry 3, /usr/bin/ls")
        .contains("expected one of [" + ls + "], got " + evil)
        .contains("{\"path\":\"/usr/bin/ls\",\"digests\":[\"" + evil + "\"]}");
    JsonNode json = run.signet("check", "ima", changed, "--policy", policy, "--json").json();
    assertThat(json.get("exit").asInt()).isEqualTo(1);
    assertThat(json.at("/differences/0/path").asText()).isEqualTo("/usr/bin/ls");
    assertThat(json.at("/differences/0/got").asText()).isEqualTo(evil);
  }

  @Test
  void forgedCutOffOrOtherLogIsNotAuthentic() throws Exception {
    byte[] good = log.binary();
    String pcr = log.value().toHex();
    byte[] forged = good.clone();
    forged[good.length - 2] ^= 1;
    for (byte[] bad :
        List.of(
            forged,
            Arrays.copyOf(good, good.length - 1),
            "no log".getBytes(StandardCharsets.UTF_8),
            new byte[0])) {
      CommandRun.Ended ended = run.signet("check", "ima", file(bad), "--pcr", pcr);
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.err()).contains("IMA_LOG_DOES_NOT_REPLAY");
    }
    assertThat(run.signet("check", "ima", file(Arrays.copyOf(good, good.length - 1))).code())
        .isEqualTo(2);
    assertThat(run.signet("check", "ima", file(good), "--pcr", "12").code()).isEqualTo(64);
    Path noPolicy = Files.writeString(dir.resolve("none.json"), "{}");
    assertThat(run.signet("check", "ima", file(good), "--policy", noPolicy).code()).isEqualTo(64);
  }

  @Test
  void learningTellsWhatItLeavesOut() throws Exception {
    Path odd = file(log.violation("/var/log/wtmp").binary());
    CommandRun.Ended ended = run.good("policy", "learn", "ima", odd);
    assertThat(ended.err()).contains("left out: /var/log/wtmp");
    assertThat(ended.out()).contains("/usr/bin/bash").doesNotContain("wtmp");
    assertThat(run.signet("policy", "learn", "ima", odd, "--json").code()).isEqualTo(64);
  }
}
