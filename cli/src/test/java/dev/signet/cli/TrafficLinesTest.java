// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.ExchangeRecord.Decision;
import dev.signet.launcher.traffic.LogGap;
import dev.signet.launcher.traffic.TrafficLine;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficLinesTest {
  private static final LogGap GAP =
      new LogGap(
          1,
          new LaunchId("hLx4f2AAAAAAAAAAAAAAAA"),
          new AgentId("spiffe://example.org/agent/billing"),
          8,
          "2026-11-21T10:15:31.000Z",
          3,
          LogGap.Reason.DISK);

  @Test
  void paintsOnlyWhereAsked() {
    assertThat(new TrafficLines(false, 0).of(GAP)).doesNotContain("\u001b");
    assertThat(new TrafficLines(true, 0).of(GAP))
        .contains("\u001b[31m! 3 exchanges are missing here (DISK)\u001b[0m");
  }

  @Test
  void namesADayAndALaunchOnce() {
    TrafficLines lines = new TrafficLines(false, 0);
    assertThat(lines.of(GAP)).startsWith("2026-11-21 UTC\nlaunch hLx4f2AAAAAAAAAAAAAAAA  ");
    assertThat(lines.of(GAP)).startsWith("10:15:31.000  hLx4f2/8");
  }

  @Test
  void saysWhatLeftTheHostUnsigned() {
    ExchangeRecord.Signature signature = new ExchangeRecord.Signature("key", "nonce");
    TrafficLines lines = new TrafficLines(false, 0);
    assertThat(lines.of(exchange(Decision.FORWARDED, null, "127.0.0.1:443")))
        .endsWith("  unsigned https://llm.example/v1\n");
    assertThat(lines.of(exchange(Decision.FORWARDED, signature, "127.0.0.1:443")))
        .doesNotContain("unsigned");
    assertThat(lines.of(exchange(Decision.REFUSED, null, null))).doesNotContain("unsigned");
    assertThat(lines.of(exchange(Decision.ABANDONED, null, null)))
        .as("it went before anything was sent")
        .doesNotContain("unsigned");
  }

  private static ExchangeRecord exchange(
      Decision decision, ExchangeRecord.Signature signature, String upstream) {
    return new ExchangeRecord(
        TrafficLine.VERSION,
        GAP.launch(),
        GAP.agent(),
        9,
        "2026-11-21T10:15:31.000Z",
        ExchangeRecord.Kind.HTTP,
        decision,
        null,
        new ExchangeRecord.Request(
            "GET", "https", "llm.example", 443, "/v1", List.of(), Map.of(), 0, null, null),
        new ExchangeRecord.Answer(200, Map.of(), 0, null, null),
        signature,
        upstream,
        1,
        new ExchangeRecord.Times(null, null, null, null, null, 1000));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "999,999",
    "1000,1.0k",
    "9949,9.9k",
    "9950,10k",
    "999499,999k",
    "999500,1.0M",
    "1500000000,1.5G",
    "2000000000000,2T"
  })
  void writesSizesInFourCharacters(long bytes, String text) {
    assertThat(TrafficLines.size(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0.0ms", "9999,10.0ms", "10000,10ms", "9999999,9999ms", "61000000,61.0s"})
  void writesDurations(long micros, String text) {
    assertThat(TrafficLines.duration(micros)).isEqualTo(text);
  }
}
