// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficLineTest {
  private static final ExchangeRecord EXCHANGE =
      new ExchangeRecord(
          1,
          new LaunchId("AAAAAAAAAAAAAAAAAAAAAA"),
          TestLog.AGENT,
          7,
          "2026-11-21T10:15:30.250Z",
          ExchangeRecord.Kind.HTTP,
          ExchangeRecord.Decision.FORWARDED,
          null,
          new ExchangeRecord.Request(
              "POST",
              "https",
              "api.example.com",
              443,
              "/v1/chat",
              List.of("key"),
              Map.of("content-type", "application/json"),
              12,
              Digest.hash(new byte[12]),
              null),
          new ExchangeRecord.Answer(200, Map.of(), 0, null, null),
          new ExchangeRecord.Signature("thumb", "nonce"),
          "203.0.113.5:443",
          1,
          new ExchangeRecord.Times(1L, 2L, 3L, 4L, 5L, 6));

  private static String text() {
    return new String(EXCHANGE.encode(), StandardCharsets.UTF_8);
  }

  private static TrafficLine decode(String text) throws MalformedMessageException {
    return TrafficLine.decode(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writesWhatTheCodecOfTheProtocolWouldWrite() throws Exception {
    assertThat(text()).isEqualTo(new String(StrictJson.encode(EXCHANGE), StandardCharsets.UTF_8));
    ExchangeRecord.Body sealed =
        new ExchangeRecord.Body(5, true, 1, "br", Bytes.of(new byte[81]), null);
    for (ExchangeRecord.Body body :
        List.of(sealed, ExchangeRecord.Body.omitted(ExchangeRecord.Omitted.NO_ROOM))) {
      ExchangeRecord other =
          new ExchangeRecord(
              1,
              EXCHANGE.launch(),
              TestLog.AGENT,
              8,
              "2026-11-21T10:15:30.000Z",
              ExchangeRecord.Kind.WEBSOCKET,
              ExchangeRecord.Decision.REFUSED,
              "NOT_ATTESTED",
              new ExchangeRecord.Request(
                  null, null, null, null, "/\"\u0001…", null, null, 0, null, body),
              new ExchangeRecord.Answer(503, Map.of("retry-after", "1"), 1, null, body),
              null,
              null,
              0,
              new ExchangeRecord.Times(null, null, null, null, null, 6));
      assertThat(other.encode()).isEqualTo(StrictJson.encode(other));
      assertThat(TrafficLine.decode(other.encode())).isEqualTo(other);
    }
  }

  @Test
  void readsWhatItWrote() throws Exception {
    assertThat(decode(text())).isEqualTo(EXCHANGE);
    LogGap gap =
        new LogGap(
            1,
            EXCHANGE.launch(),
            TestLog.AGENT,
            8,
            "2026-11-21T10:15:31.000Z",
            3,
            LogGap.Reason.DISK);
    assertThat(TrafficLine.decode(gap.encode())).isEqualTo(gap);
    assertThat(text()).startsWith("{\"type\":\"exchange\",\"v\":1,").doesNotContain("null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"v\":1 | \"v\":2",
        "\"n\":7 | \"n\":0",
        "\"n\":7 | \"n\":7,\"m\":1",
        "\"n\":7 | \"n\":7,\"n\":7",
        "\"type\":\"exchange\" | \"type\":\"other\"",
        "30.250Z | 30.25Z",
        "30.250Z | 30.250+00:00",
        "11-21T | 13-21T",
        "11-21T | 02-30T",
        "T10:15 | T24:00",
        "\"content-type\" | \"authorization\"",
        "application/json | a\\u001b[31m",
        "\"status\":200 | \"status\":20000",
        "\"FORWARDED\" | \"forwarded\"",
        "\"ended\":6 | \"ended\":9223372036854775807",
        "\"port\":443 | \"port\":0",
      })
  void refusesWhatItWouldNotWrite(String written, String instead) {
    assertThat(text()).contains(written);
    assertThatThrownBy(() -> decode(text().replace(written, instead)))
        .isInstanceOf(MalformedMessageException.class);
  }
}
