// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.traffic.ExchangeRecord.Omitted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BodyReadingTest {
  private static final int MOST = 10_000;
  private static final List<Redaction> SECRET = List.of(Redaction.parse("/secret"));
  private static final BodyContent NOT_REDACTABLE = new BodyContent.Left(Omitted.NOT_REDACTABLE);

  private static BodyContent read(String body, String type, List<Redaction> redactions) {
    return BodyReading.read(
        body.getBytes(StandardCharsets.UTF_8), true, type, null, redactions, MOST);
  }

  private static String text(BodyContent content) {
    assertThat(content).isInstanceOf(BodyContent.Kept.class);
    return new String(((BodyContent.Kept) content).content(), StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void keepsWhatPassedWhereNothingIsToBeRedacted() {
    assertThat(text(read("{ not json", "application/json", List.of()))).isEqualTo("{ not json");
  }

  @Test
  void redactsWhateverTheTypeSays() {
    assertThat(text(read("{\"secret\":1,\"a\":1.10}", "text/plain", SECRET)))
        .isEqualTo("{\"secret\":\"[redacted]\",\"a\":1.10}");
    assertThat(text(read("{\"secret\":1}", null, SECRET))).isEqualTo("{\"secret\":\"[redacted]\"}");
  }

  @Test
  void leavesOutWhatItCannotLookInto() {
    assertThat(read("secret=1", "application/x-www-form-urlencoded", SECRET))
        .isEqualTo(NOT_REDACTABLE);
    assertThat(read("{\"secret\":1", "application/json", SECRET)).isEqualTo(NOT_REDACTABLE);
    assertThat(read("{\"secret\":1}{\"secret\":2}", "application/json", SECRET))
        .isEqualTo(NOT_REDACTABLE);
    assertThat(read("", "application/json", SECRET)).isEqualTo(NOT_REDACTABLE);
    assertThat(read("[".repeat(300) + "]".repeat(300), "application/json", SECRET))
        .isEqualTo(NOT_REDACTABLE);
  }

  @Test
  void leavesOutADocumentWithTwoMembersOfOneName() {
    assertThat(read("{\"secret\":1,\"secret\":2}", "application/json", SECRET))
        .isEqualTo(NOT_REDACTABLE);
    assertThat(read("{\"secret\":1,\"\\u0073ecret\":2}", "application/json", SECRET))
        .isEqualTo(NOT_REDACTABLE);
  }

  @Test
  void leavesOutTheBeginningOfALongDocument() {
    byte[] beginning = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    assertThat(BodyReading.read(beginning, false, "application/json", null, SECRET, MOST))
        .isEqualTo(new BodyContent.Left(Omitted.TOO_LARGE));
    assertThat(text(BodyReading.read(beginning, false, "application/json", null, List.of(), MOST)))
        .isEqualTo("{\"a\":1}");
  }

  @Test
  void looksIntoCompressedContent() throws Exception {
    byte[] coded = gzip("{\"secret\":1}".getBytes(StandardCharsets.UTF_8));
    assertThat(text(BodyReading.read(coded, true, "application/json", "gzip", SECRET, MOST)))
        .isEqualTo("{\"secret\":\"[redacted]\"}");
    assertThat(BodyReading.read(coded, true, "application/json", "br", SECRET, MOST))
        .isEqualTo(NOT_REDACTABLE);
    assertThat(BodyReading.read(coded, true, "application/json", "gzip, gzip", SECRET, MOST))
        .isEqualTo(NOT_REDACTABLE);
    byte[] wrong = "{\"secret\":1}".getBytes(StandardCharsets.UTF_8);
    assertThat(BodyReading.read(wrong, true, "application/json", "gzip", SECRET, MOST))
        .isEqualTo(NOT_REDACTABLE);
  }

  @Test
  void inflatesNoMoreThanIsRecorded() throws Exception {
    byte[] bomb = gzip(new byte[50_000_000]);
    assertThat(BodyReading.read(bomb, true, null, "gzip", List.of(), MOST))
        .isInstanceOfSatisfying(
            BodyContent.Kept.class,
            kept -> {
              assertThat(kept.content()).hasSize(MOST);
              assertThat(kept.whole()).isFalse();
            });
  }

  @Test
  void redactsEachEventOfAStream() {
    String stream =
        "event: delta\ndata: {\"secret\":\"x\",\"n\":1}\n\n: secret comment\ndata: secret words\n"
            + "data: \"secret\"\nid: secret\ndata: [DONE]\n\n";
    assertThat(text(read(stream, "text/event-stream; charset=utf-8", SECRET)))
        .isEqualTo(
            "event: delta\ndata:{\"secret\":\"[redacted]\",\"n\":1}\n\n[redacted: not JSON]\n"
                + "data:[redacted: not JSON]\ndata:\"[redacted: not JSON]\"\n"
                + "[redacted: not JSON]\ndata: [DONE]\n\n");
  }

  @Test
  void takesNoCutLineOfAStream() {
    byte[] beginning = "data: {\"secret\":1}\n\ndata: {\"sec".getBytes(StandardCharsets.UTF_8);
    assertThat(text(BodyReading.read(beginning, false, "text/event-stream", null, SECRET, MOST)))
        .isEqualTo("data:{\"secret\":\"[redacted]\"}\n\n");
  }

  @Test
  void aDocumentUnderTheNameOfAStreamIsTakenOut() {
    assertThat(text(read("[\n\"secret\"\n]", "application/x-ndjson", SECRET)))
        .doesNotContain("secret\"");
  }
}
