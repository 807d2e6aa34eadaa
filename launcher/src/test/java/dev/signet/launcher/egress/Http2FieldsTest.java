// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Http2FieldsTest {
  @Test
  void readsARequestAsItsOlderEqual() throws Exception {
    Http2Headers headers = good().add("accept", "a").add("te", "trailers").add("host", "h.example");
    headers.add("cookie", "a=1").add("x", "y").add("cookie", "b=2");
    RequestHead head = read(headers, true);
    assertThat(head.method()).isEqualTo("GET");
    assertThat(head.target()).isEqualTo("/p?q");
    assertThat(head.framing()).isEqualTo(new BodyFraming.None());
    assertThat(head.fields())
        .containsExactly(
            new Field("host", "h.example"),
            new Field("accept", "a"),
            new Field("x", "y"),
            new Field("cookie", "a=1; b=2"));
  }

  @Test
  void leavesOutEmptyCrumbs() throws Exception {
    Http2Headers headers = good().add("cookie", "").add("cookie", "a=1").add("cookie", "");
    assertThat(read(headers, true).fields()).contains(new Field("cookie", "a=1"));
    assertThat(read(good().add("cookie", ""), true).fields())
        .extracting(Field::name)
        .doesNotContain("cookie");
  }

  @Test
  void knowsWhetherABodyComes() throws Exception {
    assertThat(read(good(), false).framing()).isEqualTo(new BodyFraming.Chunked());
    assertThat(read(good().add("content-length", "5"), false).framing())
        .isEqualTo(new BodyFraming.Length(5));
    assertThat(read(good().add("content-length", "0"), true).framing())
        .isEqualTo(new BodyFraming.None());
    assertThatThrownBy(() -> read(good().add("content-length", "5"), true))
        .hasMessageContaining("none comes");
  }

  @ParameterizedTest
  @CsvSource({
    "connection, close",
    "transfer-encoding, chunked",
    "keep-alive, 5",
    "proxy-connection, x",
    "upgrade, websocket",
    "te, gzip",
    "host, other.example",
    "Upper, x",
    "'with space', x",
    "'', x",
    ":protocol, websocket",
    ":status, 200",
    "content-length, '5, 5'",
    "content-length, +5",
  })
  void attack37RefusesFieldsThatHttp11WouldReadOtherwise(String name, String value) {
    assertThatThrownBy(
            () -> read(new DefaultHttp2Headers(false).setAll(good()).add(name, value), false))
        .isInstanceOf(RefusedRequestException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb", "a\nb", "a\rb", "a\0b", " a", "a ", "a\u007f"})
  void attack37RefusesValuesThatCouldEndALine(String value) {
    assertThatThrownBy(
            () -> read(new DefaultHttp2Headers(false).setAll(good()).add("x", value), true))
        .isInstanceOf(RefusedRequestException.class);
    assertThatThrownBy(
            () -> read(new DefaultHttp2Headers(false).setAll(good()).path("/" + value), true))
        .isInstanceOf(RefusedRequestException.class);
  }

  @Test
  void attack37RefusesPseudoFieldsThatAreMissingTwiceLateOrEmpty() {
    for (String name : List.of(":method", ":scheme", ":authority", ":path")) {
      Http2Headers without = good();
      without.remove(name);
      assertThatThrownBy(() -> read(without, true)).as(name).hasMessageContaining(":method");
      Http2Headers twice = new DefaultHttp2Headers(false).setAll(good()).add(name, "x");
      assertThatThrownBy(() -> read(twice, true))
          .as(name + " twice")
          .isInstanceOf(RefusedRequestException.class);
      Http2Headers empty = new DefaultHttp2Headers(false).setAll(good()).set(name, "");
      assertThatThrownBy(() -> read(empty, true))
          .as(name + " empty")
          .isInstanceOf(RefusedRequestException.class);
    }
    Http2Headers late = new DefaultHttp2Headers(false);
    late.add("x", "y").add(":method", "GET");
    assertThatThrownBy(() -> read(late, true)).isInstanceOf(RefusedRequestException.class);
    assertThatThrownBy(() -> read(good().scheme("http"), true)).hasMessageContaining(":scheme");
    assertThatThrownBy(() -> read(good().path("*"), true)).hasMessageContaining(":path");
    assertThatThrownBy(() -> read(good().method("GE T"), true)).hasMessageContaining(":method");
  }

  @Test
  void boundsTheNumberOfFields() {
    Http2Headers many = good();
    for (int i = 0; i < 10; i++) {
      many.add("x-" + i, "y");
    }
    assertThatThrownBy(() -> Http2Fields.request(many, true, "https", 13))
        .isInstanceOf(RefusedRequestException.class)
        .hasMessageContaining("at most 13");
  }

  @Test
  void sendsARequestAsItWasSigned() {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/p?q=%20");
    request.headers().add("Host", "h.example:8443").add("Cookie", "a=1; b=2").add("X-Y", "z");
    Http2Headers sent = Http2Fields.ofRequest(request, "https");
    assertThat(sent.authority()).hasToString("h.example:8443");
    assertThat(sent.path()).hasToString("/p?q=%20");
    assertThat(sent.getAll("cookie")).hasSize(1).first().hasToString("a=1; b=2");
    assertThat(sent.get("x-y")).hasToString("z");
    assertThat(sent.contains("host")).isFalse();
  }

  @Test
  void keepsFieldsOfTheUpstreamsConnectionFromTheAgent() {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response
        .headers()
        .add("Connection", "close, x-private")
        .add("X-Private", "1")
        .add("Transfer-Encoding", "chunked")
        .add("Keep-Alive", "5")
        .add("X-Public", "2");
    Http2Headers sent = Http2Fields.ofResponse(response);
    assertThat(sent.status()).hasToString("200");
    assertThat(sent.size()).isEqualTo(2);
    assertThat(sent.get("x-public")).hasToString("2");
    assertThat(
            Http2Fields.ofTrailers(
                new DefaultHttpHeaders().add("Grpc-Status", "0").add("Content-Length", "5")))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "99", "600", "20", "2000", "101", "+20", "abc"})
  void refusesAnswersWithoutAStatus(String status) {
    assertThatThrownBy(
            () -> Http2Fields.response(new DefaultHttp2Headers(false).add(":status", status)))
        .isInstanceOf(RefusedRequestException.class);
  }

  private static RequestHead read(Http2Headers headers, boolean ends)
      throws RefusedRequestException {
    return Http2Fields.request(headers, ends, "https", 100);
  }

  private static Http2Headers good() {
    return new DefaultHttp2Headers()
        .method("GET")
        .scheme("https")
        .authority("h.example")
        .path("/p?q");
  }
}
