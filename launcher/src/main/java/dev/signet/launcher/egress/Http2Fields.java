// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Header sections of HTTP/2 (RFC 9113 section 8), read in the one way that is also right in
 * HTTP/1.1: nothing that could end a line, a header section or a body there comes through.
 */
final class Http2Fields {
  private static final Set<String> OF_REQUEST = Set.of(":method", ":scheme", ":authority", ":path");
  private static final Set<String> OF_RESPONSE = Set.of(":status");

  /** Section 8.2.2: they have no meaning in HTTP/2, and much of it after a translation. */
  private static final Set<String> OF_CONNECTION =
      Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

  private record Section(Map<String, String> pseudo, List<Field> fields) {}

  private Http2Fields() {}

  /**
   * A request as its HTTP/1.1 equal: Host for :authority, one Cookie field.
   *
   * @param ends whether the request has no body
   * @param maxFields the most header fields to accept
   */
  static RequestHead request(Http2Headers headers, boolean ends, String scheme, int maxFields)
      throws RefusedRequestException {
    if (headers.size() > maxFields) {
      throw new RefusedRequestException(
          EgressReason.FIELDS_TOO_LARGE,
          "The request has %d header fields; at most %d are accepted."
              .formatted(headers.size(), maxFields));
    }
    Section section = section(headers, OF_REQUEST);
    Map<String, String> pseudo = section.pseudo();
    if (pseudo.size() != OF_REQUEST.size()) {
      throw RefusedRequestException.malformed(
          "A request has :method, :scheme, :authority and :path; this one has "
              + new TreeSet<>(pseudo.keySet()));
    }
    String authority = pseudo.get(":authority");
    if (!pseudo.get(":scheme").equals(scheme)) {
      throw RefusedRequestException.malformed(":scheme must be " + scheme + " in this tunnel.");
    }
    if (!RequestHeadParser.isToken(pseudo.get(":method"))) {
      throw RefusedRequestException.malformed(":method must be a token.");
    }
    if (!pseudo.get(":path").startsWith("/") || !Target.isVisible(pseudo.get(":path"))) {
      throw RefusedRequestException.malformed(":path must begin with a slash, without blanks.");
    }
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("host", authority));
    List<String> cookies = new ArrayList<>();
    for (Field field : section.fields()) {
      switch (field.name()) {
        case "host" -> {
          if (!field.value().equals(authority)) {
            throw RefusedRequestException.malformed("host and :authority differ.");
          }
        }
        case "te" -> {
          if (!field.value().equals("trailers")) {
            throw RefusedRequestException.malformed("te may only be trailers in HTTP/2.");
          }
        }
        case "cookie" -> {
          if (!field.value().isEmpty()) { // else the one field would end in a space
            cookies.add(field.value());
          }
        }
        default -> fields.add(field);
      }
    }
    if (!cookies.isEmpty()) {
      // Section 8.2.3: crumbs are one field everywhere else, and one is signed.
      fields.add(new Field("cookie", String.join("; ", cookies)));
    }
    BodyFraming framing = BodyFraming.of(fields, 1);
    if (ends && framing instanceof BodyFraming.Length) {
      throw RefusedRequestException.malformed("content-length promises a body, and none comes.");
    }
    boolean unknown = !ends && framing instanceof BodyFraming.None;
    return new RequestHead(
        pseudo.get(":method"),
        pseudo.get(":path"),
        1,
        fields,
        unknown ? new BodyFraming.Chunked() : framing);
  }

  /** The header of an answer as its HTTP/1.1 equal. */
  static HttpResponse response(Http2Headers headers) throws RefusedRequestException {
    Section section = section(headers, OF_RESPONSE);
    String status = section.pseudo().getOrDefault(":status", "");
    if (!status.matches("[1-5][0-9]{2}") || status.equals("101")) {
      throw RefusedRequestException.malformed("an answer must have one :status");
    }
    return new DefaultHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(Integer.parseInt(status)),
        headers(section.fields()));
  }

  static HttpHeaders trailers(Http2Headers headers) throws RefusedRequestException {
    return headers(section(headers, Set.of()).fields());
  }

  private static HttpHeaders headers(List<Field> fields) {
    HttpHeaders headers = new DefaultHttpHeaders();
    fields.forEach(field -> headers.add(field.name(), field.value()));
    return headers;
  }

  private static Section section(Http2Headers headers, Set<String> allowed)
      throws RefusedRequestException {
    Map<String, String> pseudo = new HashMap<>();
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<CharSequence, CharSequence> entry : headers) {
      String name = entry.getKey().toString();
      String value = entry.getValue().toString();
      requireValue(name, value);
      if (name.startsWith(":")) {
        if (!fields.isEmpty() || !allowed.contains(name) || pseudo.put(name, value) != null) {
          throw RefusedRequestException.malformed(
              "Pseudo-header fields are known ones, each once, before all others.");
        }
      } else {
        if (!RequestHeadParser.isToken(name)
            || !name.equals(name.toLowerCase(Locale.ROOT))
            || OF_CONNECTION.contains(name)) {
          throw RefusedRequestException.malformed(
              "Field names in HTTP/2 are tokens in lower case, and none of a connection.");
        }
        fields.add(new Field(name, value));
      }
    }
    return new Section(pseudo, fields);
  }

  /** Section 8.2.1, and nothing that HTTP/1.1 would not carry. */
  private static void requireValue(String name, String value) throws RefusedRequestException {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '\t' && (c < 0x20 || c == 0x7f)) {
        throw RefusedRequestException.malformed("A field's value has a control character in it.");
      }
    }
    if (!value.equals(value.strip()) || (name.startsWith(":") && value.isEmpty())) {
      throw RefusedRequestException.malformed("A field's value is empty or has blanks around it.");
    }
  }

  /** A request as signed: Host becomes :authority, everything else stays. */
  static Http2Headers ofRequest(HttpRequest request, String scheme) {
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method(request.method().asciiName())
            .scheme(scheme)
            .authority(request.headers().get("host"))
            .path(request.uri());
    for (Map.Entry<String, String> field : request.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (!name.equals("host")) {
        headers.add(name, field.getValue());
      }
    }
    return headers;
  }

  /** An answer for the agent, without the fields of the upstream's connection. */
  static Http2Headers ofResponse(HttpResponse response) {
    Http2Headers headers = new DefaultHttp2Headers().status(response.status().codeAsText());
    addEndToEnd(response.headers(), headers);
    return headers;
  }

  /** Trailers for the agent; empty if there are none. */
  static Http2Headers ofTrailers(HttpHeaders trailers) {
    Http2Headers headers = new DefaultHttp2Headers();
    addEndToEnd(trailers, headers);
    // It would come too late to be the length.
    headers.remove("content-length");
    return headers;
  }

  private static void addEndToEnd(HttpHeaders from, Http2Headers to) {
    Set<String> ofConnection = new HashSet<>();
    from.getAll("connection").forEach(value -> FieldRules.addOptions(value, ofConnection));
    for (Map.Entry<String, String> field : from) {
      if (!FieldRules.endsAtProxy(field.getKey(), ofConnection)) {
        to.add(field.getKey().toLowerCase(Locale.ROOT), field.getValue());
      }
    }
  }
}
