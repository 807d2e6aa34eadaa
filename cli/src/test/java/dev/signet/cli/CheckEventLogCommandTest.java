// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.tpmsim.FirmwareLogMaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** {@code check eventlog}. */
class CheckEventLogCommandTest {
  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private final FirmwareLogMaker boot = FirmwareLogMaker.boot(true, "kernel", "ro quiet");

  private Path file(byte[] log) throws IOException {
    return Files.write(dir.resolve("log.bin"), log);
  }

  @Test
  void printsEventsAndPcrsOfEveryBank() throws Exception {
    JsonNode result = run.good("check", "eventlog", file(boot.toBytes()), "--json").json();
    assertThat(result.get("outcome").asText()).isEqualTo("good");
    assertThat(result.get("pcrs")).hasSize(1);
    Map<String, String> expected = new TreeMap<>();
    boot.pcrs().forEach((pcr, value) -> expected.put(Integer.toString(pcr), value.toHex()));
    assertThat(pcrs(result)).isEqualTo(Map.of("sha256", expected));
    JsonNode secureBoot = result.get("events").get(3);
    assertThat(secureBoot.get("type").asText()).isEqualTo("EV_EFI_VARIABLE_DRIVER_CONFIG");
    assertThat(secureBoot.get("description").asText()).isEqualTo("variable SecureBoot");
    assertThat(secureBoot.get("proved").get(0).asText()).isEqualTo("sha256");
    assertThat(run.good("check", "eventlog", dir.resolve("log.bin")).out())
        .contains("proved: variable SecureBoot")
        .contains("sha256   4  " + boot.pcrs().get(4).toHex());
  }

  @Test
  void comparesWithPcrsThatAreGiven() throws Exception {
    Path log = file(boot.toBytes());
    run.good("check", "eventlog", log, "--pcr", "4=" + boot.pcrs().get(4).toHex());
    CommandRun.Ended other = run.signet("check", "eventlog", log, "--pcr", "4=" + "0".repeat(64));
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err())
        .contains("FIRMWARE_LOG_DOES_NOT_REPLAY: PCR 4")
        .contains(boot.pcrs().get(4).toHex());
    assertThat(run.signet("check", "eventlog", log, "--pcr", "20=" + "0".repeat(64)).code())
        .isEqualTo(1);
    assertThat(run.signet("check", "eventlog", log, "--pcr", "4=12").code()).isEqualTo(64);
  }

  @Test
  void hostileLogGetsANamedRefusal() throws Exception {
    byte[] cut = Arrays.copyOf(boot.toBytes(), boot.toBytes().length - 3);
    CommandRun.Ended ended = run.signet("check", "eventlog", file(cut), "--json");
    assertThat(ended.code()).isEqualTo(2);
    JsonNode finding = ended.json().get("findings").get(0);
    assertThat(finding.get("reason").asText()).isEqualTo("FIRMWARE_LOG_MALFORMED");
    assertThat(finding.get("detail").asText()).contains("bytes to the end");
    assertThat(run.signet("check", "eventlog", file(new byte[0])).err())
        .contains("not authentic: FIRMWARE_LOG_MALFORMED");
    assertThat(run.signet("check", "eventlog", dir.resolve("none")).code()).isEqualTo(64);
  }

  /** Logs of real machines, each with what tpm2_eventlog says of it: -Dsignet.eventlogs=DIR. */
  @Test
  @EnabledIfSystemProperty(named = "signet.eventlogs", matches = ".+")
  void agreesWithTpm2ToolsOnRealLogs() throws Exception {
    Path logs = Path.of(System.getProperty("signet.eventlogs"));
    int seen = 0;
    try (Stream<Path> files = Files.list(logs)) {
      for (Path log : files.filter(f -> f.toString().endsWith(".bin")).toList()) {
        Path pretty = logs.resolve("event-pretty").resolve(log.getFileName() + ".yaml");
        Path yaml = Files.exists(pretty) ? pretty : logs.resolve(log.getFileName() + ".yaml");
        assertThat(pcrs(run.good("check", "eventlog", log, "--json").json()))
            .as(log.toString())
            .isEqualTo(golden(yaml));
        seen++;
      }
    }
    assertThat(seen).isPositive();
  }

  private static Map<String, Map<String, String>> pcrs(JsonNode result) {
    Map<String, Map<String, String>> banks = new TreeMap<>();
    for (Map.Entry<String, JsonNode> bank : result.get("pcrs").properties()) {
      Map<String, String> values = new TreeMap<>();
      bank.getValue().properties().forEach(e -> values.put(e.getKey(), e.getValue().asText()));
      banks.put(bank.getKey(), values);
    }
    return banks;
  }

  private static Map<String, Map<String, String>> golden(Path yaml) throws IOException {
    String text = Files.readString(yaml);
    Map<String, Map<String, String>> banks = new TreeMap<>();
    Matcher line =
        Pattern.compile("(?m)^ {2}(\\w+):$|^ {4}(\\d+) *: 0x([0-9a-f]+)$")
            .matcher(text.substring(text.indexOf("\npcrs:")));
    String bank = null;
    while (line.find()) {
      if (line.group(1) != null) {
        bank = line.group(1);
        banks.put(bank, new TreeMap<>());
      } else {
        banks.get(bank).put(line.group(2), line.group(3));
      }
    }
    return banks;
  }
}
