// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What HAR 1.2 asks of a log: the members that each object must and may have, and their types. */
final class HarRules {
  private enum Type {
    TEXT,
    NUMBER,
    ARRAY,
    OBJECT
  }

  private HarRules() {}

  static void check(JsonNode log) {
    members(
        log,
        Map.of("version", Type.TEXT, "creator", Type.OBJECT, "entries", Type.ARRAY),
        Set.of("browser", "pages", "comment"));
    assertThat(log.path("version").asText()).isEqualTo("1.2");
    members(
        log.path("creator"), Map.of("name", Type.TEXT, "version", Type.TEXT), Set.of("comment"));
    log.path("entries").forEach(HarRules::entry);
  }

  private static void entry(JsonNode entry) {
    members(
        entry,
        Map.of(
            "startedDateTime", Type.TEXT,
            "time", Type.NUMBER,
            "request", Type.OBJECT,
            "response", Type.OBJECT,
            "cache", Type.OBJECT,
            "timings", Type.OBJECT),
        Set.of("pageref", "serverIPAddress", "connection", "comment"));
    Instant.parse(entry.path("startedDateTime").asText());
    JsonNode timings = entry.path("timings");
    members(
        timings,
        Map.of("send", Type.NUMBER, "wait", Type.NUMBER, "receive", Type.NUMBER),
        Set.of("blocked", "dns", "connect", "ssl", "comment"));
    double sum = 0;
    for (JsonNode part : timings) {
      assertThat(part.asDouble()).isGreaterThanOrEqualTo(0);
      sum += part.asDouble();
    }
    assertThat(sum).isCloseTo(entry.path("time").asDouble(), within(0.001));
    request(entry.path("request"));
    response(entry.path("response"));
  }

  private static void request(JsonNode request) {
    members(
        request,
        Map.of(
            "method", Type.TEXT,
            "url", Type.TEXT,
            "httpVersion", Type.TEXT,
            "cookies", Type.ARRAY,
            "headers", Type.ARRAY,
            "queryString", Type.ARRAY,
            "headersSize", Type.NUMBER,
            "bodySize", Type.NUMBER),
        Set.of("postData", "comment"));
    if (!request.path("url").asText().matches(".*[^\\x21-\\x7e].*")) {
      URI.create(request.path("url").asText());
    }
    pairs(request.path("headers"));
    pairs(request.path("queryString"));
    if (request.has("postData")) {
      members(
          request.path("postData"),
          Map.of("mimeType", Type.TEXT, "text", Type.TEXT),
          Set.of("params", "comment"));
    }
  }

  private static void response(JsonNode response) {
    members(
        response,
        Map.of(
            "status", Type.NUMBER,
            "statusText", Type.TEXT,
            "httpVersion", Type.TEXT,
            "cookies", Type.ARRAY,
            "headers", Type.ARRAY,
            "content", Type.OBJECT,
            "redirectURL", Type.TEXT,
            "headersSize", Type.NUMBER,
            "bodySize", Type.NUMBER),
        Set.of("comment"));
    pairs(response.path("headers"));
    members(
        response.path("content"),
        Map.of("size", Type.NUMBER, "mimeType", Type.TEXT),
        Set.of("compression", "text", "encoding", "comment"));
  }

  private static void pairs(JsonNode pairs) {
    for (JsonNode pair : pairs) {
      members(pair, Map.of("name", Type.TEXT, "value", Type.TEXT), Set.of("comment"));
    }
  }

  private static void members(JsonNode object, Map<String, Type> required, Set<String> optional) {
    assertThat(object.isObject()).isTrue();
    required.forEach(
        (name, type) ->
            assertThat(
                    switch (type) {
                      case TEXT -> object.path(name).isTextual();
                      case NUMBER -> object.path(name).isNumber();
                      case ARRAY -> object.path(name).isArray();
                      case OBJECT -> object.path(name).isObject();
                    })
                .as("%s of %s is %s", name, object, type)
                .isTrue());
    List<String> others = new ArrayList<>();
    object.fieldNames().forEachRemaining(others::add);
    others.removeIf(
        name -> required.containsKey(name) || optional.contains(name) || name.startsWith("_"));
    assertThat(others).isEmpty();
  }
}
