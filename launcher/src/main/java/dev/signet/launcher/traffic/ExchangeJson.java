// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.signet.protocol.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Writes exchanges as the protocol's codec would, member by member, in a fraction of its time: a
 * line is written for every request.
 */
final class ExchangeJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonGenerator json;

  private ExchangeJson(JsonGenerator json) {
    this.json = json;
  }

  static byte[] encode(ExchangeRecord exchange) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      new ExchangeJson(json).write(exchange);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return out.toByteArray();
  }

  private void write(ExchangeRecord exchange) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "exchange");
    json.writeNumberField("v", exchange.v());
    json.writeStringField("launch", exchange.launch().value());
    json.writeStringField("agent", exchange.agent().value());
    json.writeNumberField("n", exchange.n());
    json.writeStringField("time", exchange.time());
    json.writeStringField("kind", exchange.kind().name());
    json.writeStringField("decision", exchange.decision().name());
    text("reason", exchange.reason());
    json.writeObjectFieldStart("request");
    request(exchange.request());
    json.writeEndObject();
    if (exchange.answer() != null) {
      json.writeObjectFieldStart("answer");
      json.writeNumberField("status", exchange.answer().status());
      fields(exchange.answer().fields());
      content(exchange.answer().bytes(), exchange.answer().digest(), exchange.answer().body());
      json.writeEndObject();
    }
    if (exchange.signature() != null) {
      json.writeObjectFieldStart("signature");
      json.writeStringField("keyid", exchange.signature().keyid());
      json.writeStringField("nonce", exchange.signature().nonce());
      json.writeEndObject();
    }
    text("upstream", exchange.upstream());
    json.writeNumberField("attempts", exchange.attempts());
    json.writeObjectFieldStart("times");
    times(exchange.times());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void request(ExchangeRecord.Request request) throws IOException {
    text("method", request.method());
    text("scheme", request.scheme());
    text("host", request.host());
    if (request.port() != null) {
      json.writeNumberField("port", request.port());
    }
    text("path", request.path());
    query(request.query());
    fields(request.fields());
    content(request.bytes(), request.digest(), request.body());
  }

  private void query(List<String> names) throws IOException {
    if (!names.isEmpty()) {
      json.writeArrayFieldStart("query");
      for (String name : names) {
        json.writeString(name);
      }
      json.writeEndArray();
    }
  }

  private void fields(Map<String, String> fields) throws IOException {
    if (!fields.isEmpty()) {
      json.writeObjectFieldStart("fields");
      for (Map.Entry<String, String> field : fields.entrySet()) {
        json.writeStringField(field.getKey(), field.getValue());
      }
      json.writeEndObject();
    }
  }

  private void content(long bytes, Digest digest, ExchangeRecord.Body body) throws IOException {
    json.writeNumberField("bytes", bytes);
    text("digest", digest == null ? null : digest.toString());
    if (body != null) {
      json.writeObjectFieldStart("body");
      json.writeNumberField("bytes", body.bytes());
      json.writeBooleanField("whole", body.whole());
      json.writeNumberField("redacted", body.redacted());
      text("coding", body.coding());
      text("sealed", body.sealed() == null ? null : body.sealed().toBase64Url());
      text("omitted", body.omitted() == null ? null : body.omitted().name());
      json.writeEndObject();
    }
  }

  private void times(ExchangeRecord.Times times) throws IOException {
    point("received", times.received());
    point("prepared", times.prepared());
    point("signed", times.signed());
    point("sent", times.sent());
    point("answered", times.answered());
    point("ended", times.ended());
  }

  private void point(String name, Long micros) throws IOException {
    if (micros != null) {
      json.writeNumberField(name, micros.longValue());
    }
  }

  private void text(String name, String value) throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }
}
