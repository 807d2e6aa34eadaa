// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.tpmsim.SimulatedTpm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code signet check quote} on what tpm2-tools make with swtpm. */
class CheckQuoteIT {
  private static final String NONCE = "a1".repeat(32);

  private final CommandRun run = new CommandRun();
  @TempDir Path dir;

  @Test
  void checksWhatTpm2QuoteMade() throws Exception {
    try (SimulatedTpm tpm = SimulatedTpm.in(dir.resolve("tpm")).start()) {
      tool(tpm, "tpm2_pcrextend", "7:sha256=" + "ab".repeat(32));
      for (List<String> key : List.of(List.of("ecc", "ecdsa"), List.of("rsa", "rsapss"))) {
        String ak = key.getFirst();
        tool(tpm, "tpm2_createek", "-Q", "-G", "rsa", "-c", "ek.ctx");
        tool(
            tpm,
            "tpm2_createak",
            "-Q",
            "-C",
            "ek.ctx",
            "-c",
            ak + ".ctx",
            "-G",
            ak,
            "-g",
            "sha256",
            "-s",
            key.getLast(),
            "-u",
            ak + ".tpm2b");
        quote(tpm, ak, key.getLast(), "-o", ak + ".pcrs");

        CommandRun.Ended good = run.good(check(ak, NONCE));
        assertThat(good.out()).contains("pcr        sha256:7 ").contains("good       signed");
        JsonNode json = run.good(check(ak, NONCE, "--json")).json();
        assertThat(json.path("outcome").asText()).isEqualTo("good");
        assertThat(json.at("/pcrs/sha256").size()).isEqualTo(12);
        assertThat(json.at("/pcrs/sha256/7").asText()).hasSize(64).doesNotStartWith("0000");
        assertThat(json.at("/pcrs/sha256/11").asText()).isEqualTo("00".repeat(32));
        assertThat(json.at("/clock/resetCount").isNumber()).isTrue();
        assertThat(json.path("notes").toString()).contains("which TPM the key is in");
      }
      refusals();
      quote(tpm, "ecc", "ecdsa", "-o", "ecc.pcrs", "-F", "values", "-f", "plain");
      run.good(check("ecc", NONCE, "--pcrs-format", "values"));
    }
  }

  private void refusals() throws Exception {
    CommandRun.Ended other = run.signet(check("ecc", "a2".repeat(32), "--json"));
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.json().at("/findings/0/reason").asText()).isEqualTo("WRONG_NONCE");
    CommandRun.Ended guess = run.signet(check("ecc", "a2"));
    assertThat(guess.code()).isEqualTo(64);
    assertThat(guess.err()).contains("16 to 64 bytes");

    Files.copy(dir.resolve("ecc.pcrs"), dir.resolve("other.pcrs"));
    byte[] pcrs = Files.readAllBytes(dir.resolve("other.pcrs"));
    pcrs[142] ^= 1; // of the first value
    Files.write(dir.resolve("ecc.pcrs"), pcrs);
    CommandRun.Ended values = run.signet(check("ecc", NONCE));
    assertThat(values.code()).isEqualTo(2);
    assertThat(values.err()).contains("not authentic: PCR_VALUES_MISMATCH: ");
  }

  private void quote(SimulatedTpm tpm, String ak, String scheme, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "tpm2_quote",
                "-Q",
                "-c",
                ak + ".ctx",
                "-l",
                "sha256:0,1,2,3,4,5,6,7,8,9,10,11",
                "-q",
                NONCE,
                "-m",
                ak + ".msg",
                "-s",
                ak + ".sig",
                "-g",
                "sha256",
                "--scheme",
                scheme));
    command.addAll(List.of(more));
    tool(tpm, command.toArray(String[]::new));
  }

  private Object[] check(String ak, String nonce, String... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "check",
                "quote",
                "--ak",
                dir.resolve(ak + ".tpm2b"),
                "--message",
                dir.resolve(ak + ".msg"),
                "--signature",
                dir.resolve(ak + ".sig"),
                "--pcrs",
                dir.resolve(ak + ".pcrs"),
                "--nonce",
                nonce));
    command.addAll(List.of(more));
    return command.toArray();
  }

  /** Runs one tool, then flushes what it left in the TPM. */
  private void tool(SimulatedTpm tpm, String... command) throws Exception {
    for (List<String> each : List.of(List.of(command), List.of("tpm2_flushcontext", "-t"))) {
      Path output = dir.resolve("tool.txt");
      ProcessBuilder builder =
          new ProcessBuilder(each)
              .directory(dir.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("TPM2TOOLS_TCTI", tpm.tcti());
      if (builder.start().waitFor() != 0) {
        throw new IOException(each + ": " + Files.readString(output));
      }
    }
  }
}
