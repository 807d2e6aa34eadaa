// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.signet.launcher.traffic.BodyKey;
import dev.signet.launcher.traffic.ExchangeRecord;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes exchanges as a HAR 1.2 file, which browsers' developer tools open. What the log does not
 * hold is left out or empty: values of queries and most header fields, cookies.
 */
final class HarFile implements Closeable {
  private static final String UNKNOWN_URL = "about:invalid";
  private static final String HTTP_VERSION = "HTTP/1.1";

  private final JsonGenerator json;
  private final Optional<BodyKey> key;

  private HarFile(JsonGenerator json, Optional<BodyKey> key) {
    this.json = json;
    this.key = key;
  }

  /**
   * Begins a new file that only its owner can read: it may hold bodies in the clear.
   *
   * @param key opens recorded bodies
   * @throws java.nio.file.FileAlreadyExistsException if there is something at {@code file}
   */
  static HarFile create(Path file, String version, Optional<BodyKey> key) throws IOException {
    OutputStream out =
        Channels.newOutputStream(
            FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------"))));
    HarFile har = new HarFile(new JsonFactory().createGenerator(out), key);
    har.begin(version);
    return har;
  }

  private void begin(String version) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("log");
    json.writeStringField("version", "1.2");
    json.writeObjectFieldStart("creator");
    json.writeStringField("name", "signet");
    json.writeStringField("version", version);
    json.writeEndObject();
    json.writeArrayFieldStart("entries");
  }

  void add(ExchangeRecord exchange) throws IOException {
    json.writeStartObject();
    json.writeStringField("startedDateTime", exchange.time());
    json.writeNumberField("time", millis(exchange.times().ended()));
    request(exchange);
    response(exchange);
    json.writeObjectFieldStart("cache");
    json.writeEndObject();
    timings(exchange.times());
    if (exchange.upstream() != null) {
      String address = exchange.upstream();
      json.writeStringField(
          "serverIPAddress",
          address.substring(0, address.lastIndexOf(':')).replaceAll("[\\[\\]]", ""));
    }
    json.writeStringField(
        "comment",
        exchange.decision() + (exchange.reason() == null ? "" : " " + exchange.reason()));
    json.writeStringField("_id", exchange.id());
    json.writeStringField("_agent", exchange.agent().value());
    if (exchange.signature() != null) {
      json.writeStringField("_keyid", exchange.signature().keyid());
      json.writeStringField("_nonce", exchange.signature().nonce());
    }
    json.writeEndObject();
  }

  private void request(ExchangeRecord exchange) throws IOException {
    ExchangeRecord.Request request = exchange.request();
    json.writeObjectFieldStart("request");
    json.writeStringField("method", request.method() == null ? "" : request.method());
    json.writeStringField("url", request.host() == null ? UNKNOWN_URL : url(request));
    json.writeStringField("httpVersion", HTTP_VERSION);
    fields(request.fields());
    json.writeArrayFieldStart("queryString");
    for (String name : request.query()) {
      pair(name, "");
    }
    json.writeEndArray();
    Optional<byte[]> body = key.flatMap(k -> k.request(exchange));
    if (body.isPresent()) {
      json.writeObjectFieldStart("postData");
      json.writeStringField("mimeType", request.fields().getOrDefault("content-type", ""));
      Optional<String> text = text(body.get());
      // HAR has no encoding here: what is no text is told as a comment.
      json.writeStringField("text", text.orElse(""));
      if (text.isEmpty()) {
        json.writeStringField("comment", "binary, in base64: " + base64(body.get()));
      }
      json.writeEndObject();
    }
    json.writeNumberField("headersSize", -1);
    json.writeNumberField("bodySize", request.bytes());
    json.writeEndObject();
  }

  private static String url(ExchangeRecord.Request request) {
    StringBuilder url =
        new StringBuilder(request.scheme() == null ? "https" : request.scheme())
            .append("://")
            .append(request.host());
    if (request.port() != null) {
      url.append(':').append(request.port());
    }
    url.append(request.path() == null ? "/" : request.path().replace("…", ""));
    String separator = "?";
    for (String name : request.query()) {
      url.append(separator).append(name.replace("…", "")).append('=');
      separator = "&";
    }
    return url.toString();
  }

  private void response(ExchangeRecord exchange) throws IOException {
    ExchangeRecord.Answer answer = exchange.answer();
    Map<String, String> fields = answer == null ? Map.of() : answer.fields();
    json.writeObjectFieldStart("response");
    json.writeNumberField("status", answer == null ? 0 : answer.status());
    json.writeStringField("statusText", "");
    json.writeStringField("httpVersion", HTTP_VERSION);
    fields(fields);
    json.writeObjectFieldStart("content");
    Optional<byte[]> body = key.flatMap(k -> k.answer(exchange));
    long passed = answer == null ? 0 : answer.bytes();
    json.writeNumberField("size", body.map(b -> (long) b.length).orElse(passed));
    json.writeStringField("mimeType", fields.getOrDefault("content-type", ""));
    if (body.isPresent()) {
      Optional<String> text = text(body.get());
      json.writeStringField("text", text.orElseGet(() -> base64(body.get())));
      if (text.isEmpty()) {
        json.writeStringField("encoding", "base64");
      }
    }
    json.writeEndObject();
    json.writeStringField("redirectURL", "");
    json.writeNumberField("headersSize", -1);
    json.writeNumberField("bodySize", passed);
    json.writeEndObject();
  }

  private void fields(Map<String, String> fields) throws IOException {
    json.writeArrayFieldStart("cookies");
    json.writeEndArray();
    json.writeArrayFieldStart("headers");
    for (String name : fields.keySet().stream().sorted().toList()) {
      pair(name, fields.get(name));
    }
    json.writeEndArray();
  }

  private void pair(String name, String value) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("value", value);
    json.writeEndObject();
  }

  /** Their sum is the entry's time: a point that was not reached is where the one before it is. */
  private void timings(ExchangeRecord.Times times) throws IOException {
    long at = 0;
    json.writeObjectFieldStart("timings");
    List<String> names = List.of("send", "blocked", "connect", "wait");
    Long[] points = {times.received(), times.signed(), times.sent(), times.answered()};
    for (int i = 0; i < points.length; i++) {
      long point = Math.max(at, points[i] == null ? at : Math.min(points[i], times.ended()));
      json.writeNumberField(names.get(i), millis(point - at));
      at = point;
    }
    json.writeNumberField("receive", millis(times.ended() - at));
    json.writeEndObject();
  }

  private static double millis(long micros) {
    return micros / 1000.0;
  }

  private static Optional<String> text(byte[] content) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String base64(byte[] content) {
    return Base64.getEncoder().encodeToString(content);
  }

  @Override
  public void close() throws IOException {
    json.close(); // which ends what is open
  }
}
