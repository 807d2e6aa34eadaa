// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.signet.launcher.traffic.BodyContent.Kept;
import dev.signet.launcher.traffic.BodyContent.Left;
import dev.signet.launcher.traffic.ExchangeRecord.Omitted;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Reads bodies that are to be recorded: decodes them where the coding is known, and applies every
 * redaction. Where something is to be redacted and cannot be looked for, nothing is recorded.
 */
final class BodyReading {
  /** Deeper documents are not looked into. */
  private static final int MAX_DEPTH = 200;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  // Of two members with one name a reader may take either.
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** What an event stream has besides JSON: the names of its events, and how OpenAI ends it. */
  private static final Pattern HARMLESS =
      Pattern.compile("event: ?[A-Za-z0-9_./-]{1,64}|retry: ?[0-9]{1,9}|data: ?\\[DONE]");

  private static final String NOT_JSON = "[redacted: not JSON]";

  private BodyReading() {}

  /**
   * @param passed the body as it passed, or its beginning
   * @param whole whether that is all of it
   * @param type the Content-Type, or null
   * @param coding the Content-Encoding, or null
   */
  static BodyContent read(
      byte[] passed,
      boolean whole,
      String type,
      String coding,
      List<Redaction> redactions,
      int maxBytes) {
    Kept decoded = decoded(passed, whole, coding, maxBytes);
    if (redactions.isEmpty()) {
      return decoded;
    }
    if (decoded.coding() != null) {
      return new Left(Omitted.NOT_REDACTABLE);
    }
    return isOfLines(type)
        ? lines(decoded, redactions, maxBytes)
        : document(decoded, redactions, maxBytes);
  }

  private static Kept decoded(byte[] passed, boolean whole, String coding, int maxBytes) {
    String name = coding == null ? "identity" : coding.strip().toLowerCase(Locale.ROOT);
    if (name.equals("identity") || name.isEmpty()) {
      return new Kept(passed, whole, 0, null);
    }
    try (InputStream in =
        switch (name) {
          case "gzip", "x-gzip" -> new GZIPInputStream(new ByteArrayInputStream(passed));
          case "deflate" -> new InflaterInputStream(new ByteArrayInputStream(passed));
          default -> null;
        }) {
      return in == null
          ? new Kept(passed, whole, 0, SafeFields.value(name))
          : inflated(in, whole, maxBytes);
    } catch (IOException e) { // not what its Content-Encoding says
      return new Kept(passed, whole, 0, SafeFields.value(name));
    }
  }

  /** Never more than is recorded of a body: a few bytes may inflate to gigabytes. */
  private static Kept inflated(InputStream in, boolean whole, int maxBytes) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    try {
      int n = in.read(piece);
      while (n >= 0 && plain.size() + n <= maxBytes) {
        plain.write(piece, 0, n);
        n = in.read(piece);
      }
      if (n > 0) {
        plain.write(piece, 0, maxBytes - plain.size());
      }
      return new Kept(plain.toByteArray(), whole && n < 0, 0, null);
    } catch (ZipException e) {
      throw e;
    } catch (EOFException e) { // the end was not recorded
      return new Kept(plain.toByteArray(), false, 0, null);
    }
  }

  private static BodyContent document(Kept body, List<Redaction> redactions, int maxBytes) {
    if (!body.whole()) {
      return new Left(Omitted.TOO_LARGE);
    }
    try {
      JsonNode document = JSON.readTree(utf8(body.content()));
      if (document == null || document.isMissingNode()) {
        return new Left(Omitted.NOT_REDACTABLE);
      }
      Redaction.Redacted redacted = redacted(document, redactions);
      return kept(JSON.writeValueAsBytes(redacted.document()), redacted.values(), maxBytes);
    } catch (JsonProcessingException e) {
      return new Left(Omitted.NOT_REDACTABLE);
    }
  }

  private static BodyContent kept(byte[] content, int values, int maxBytes) {
    return content.length > maxBytes
        ? new Left(Omitted.TOO_LARGE)
        : new Kept(content, true, values, null);
  }

  private static Redaction.Redacted redacted(JsonNode document, List<Redaction> redactions) {
    JsonNode left = document;
    int values = 0;
    for (Redaction redaction : redactions) {
      Redaction.Redacted once = redaction.of(left);
      left = once.document();
      values += once.values();
    }
    return new Redaction.Redacted(left, values);
  }

  /** Not as Jackson guesses: what it took for UTF-16 might show other members to others. */
  private static String utf8(byte[] content) {
    return new String(content, StandardCharsets.UTF_8);
  }

  /** Event streams and JSON lines: documents one after the other, each on its line. */
  private static boolean isOfLines(String type) {
    String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return switch (bare) {
      case "text/event-stream",
          "application/x-ndjson",
          "application/jsonl",
          "application/json-lines" ->
          true;
      default -> false;
    };
  }

  /** A line that is no JSON is taken out; of a beginning the last line, which may be cut. */
  private static BodyContent lines(Kept body, List<Redaction> redactions, int maxBytes) {
    String text = utf8(body.content());
    if (!body.whole()) {
      text = text.substring(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
    }
    StringBuilder left = new StringBuilder();
    int values = 0;
    for (String line : text.split("(?<=\\n)|(?<=\\r)(?!\\n)")) {
      String content = line.stripTrailing();
      String field = content.startsWith("data:") ? "data:" : "";
      String json = content.substring(field.length()).strip();
      if (json.isEmpty() || HARMLESS.matcher(content).matches()) {
        left.append(line);
        continue;
      }
      left.append(field);
      try {
        JsonNode document = JSON.readTree(json);
        // A bare text may be a line of a longer document under a wrong name.
        Redaction.Redacted redacted =
            document.isContainerNode()
                ? redacted(document, redactions)
                : new Redaction.Redacted(TextNode.valueOf(NOT_JSON), 1);
        left.append(JSON.writeValueAsString(redacted.document()));
        values += redacted.values();
      } catch (JsonProcessingException e) {
        left.append(NOT_JSON);
        values++;
      }
      left.append(line, content.length(), line.length());
    }
    BodyContent all = kept(left.toString().getBytes(StandardCharsets.UTF_8), values, maxBytes);
    return all instanceof Kept kept ? new Kept(kept.content(), body.whole(), values, null) : all;
  }
}
