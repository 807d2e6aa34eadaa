// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedRequestIT {
  private static TestUpstream upstream;
  private static ProxyFixture fixture;

  @BeforeAll
  static void start() throws Exception {
    upstream = TestUpstream.http();
    fixture =
        new ProxyFixture(
            new TestLimits()
                .bodyBytes(1000, 100)
                .patience(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(1))
                .limits(),
            new Route("r", upstream.uri("/base")));
  }

  @AfterAll
  static void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    upstream.received().clear();
    assertThat(fixture.spooled()).isEmpty();
  }

  static Stream<Arguments> hostile() {
    String post = "POST http://h/ HTTP/1.1\r\nHost: h\r\n";
    String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        Arguments.of(
            "lengthAndChunked",
            post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            400),
        Arguments.of(
            "twoLengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        Arguments.of(
            "twoEqualLengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        Arguments.of("listOfLengths", post + "Content-Length: 3, 3\r\n\r\nabc", 400),
        Arguments.of("signedLength", post + "Content-Length: +3\r\n\r\nabc", 400),
        Arguments.of("negativeLength", post + "Content-Length: -1\r\n\r\n", 400),
        Arguments.of("hugeLength", post + "Content-Length: 99999999999999999999\r\n\r\n", 400),
        Arguments.of("emptyLength", post + "Content-Length:\r\n\r\n", 400),
        Arguments.of("unknownCoding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400),
        Arguments.of("hiddenCoding", post + "Transfer-Encoding: xchunked\r\n\r\n", 400),
        Arguments.of(
            "twoCodings",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            400),
        Arguments.of(
            "codingInOldVersion",
            "POST http://h/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            400),
        Arguments.of(
            "spaceBeforeColon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        Arguments.of("tabBeforeColon", post + "Content-Length\t: 3\r\n\r\nabc", 400),
        Arguments.of("foldedLine", post + "X: a\r\n b\r\n\r\n", 400),
        Arguments.of("bareLfLines", "GET http://h/ HTTP/1.1\nHost: h\n\n\r\n\r\n", 400),
        Arguments.of("bareCr", post + "X: a\rY: b\r\n\r\n", 400),
        Arguments.of("nulInValue", post + "X: a\u0000b\r\n\r\n", 400),
        Arguments.of("noColon", post + "nonsense\r\n\r\n", 400),
        Arguments.of("emptyName", post + ": x\r\n\r\n", 400),
        Arguments.of("noHost", "GET http://h/ HTTP/1.1\r\n\r\n", 400),
        Arguments.of("twoHosts", "GET http://h/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        Arguments.of("oldVersion", "GET http://h/ HTTP/0.9\r\nHost: h\r\n\r\n", 400),
        Arguments.of("version2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        Arguments.of("twoSpaces", "GET  http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("spaceInTarget", "GET http://h/a b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("fragment", "GET http://h/a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("userInfo", "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("badPort", "GET http://h:99999/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("noTargetHost", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("otherScheme", "GET file://h/etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("absoluteHttps", "GET https://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("unknownRoute", "GET /nowhere/x HTTP/1.1\r\nHost: h\r\n\r\n", 404),
        Arguments.of("routeEscape", "GET /r/../x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("encodedRouteEscape", "GET /r/%2E%2e/x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("encodedSlashEscape", "GET /r/a%2f..%2fx HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("parameterRouteEscape", "GET /r/..;a/x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("trace", "TRACE http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        Arguments.of(
            "methodOverride",
            "POST http://h/ HTTP/1.1\r\nHost: h\r\nX-HTTP-Method-Override: DELETE\r\n\r\n",
            400),
        Arguments.of(
            "methodOverrideDisguised",
            "POST http://h/ HTTP/1.1\r\nHost: h\r\nX_HTTP_Method_Override: DELETE\r\n\r\n",
            400),
        Arguments.of(
            "twoContentTypes", post + "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n", 400),
        Arguments.of(
            "unknownExpectation", post + "Expect: magic\r\nContent-Length: 1\r\n\r\na", 400),
        Arguments.of("chunkSizeWithSpace", chunked + "3 \r\nabc\r\n0\r\n\r\n", 400),
        Arguments.of("chunkSizeSigned", chunked + "-3\r\nabc\r\n0\r\n\r\n", 400),
        Arguments.of("chunkSizePrefixed", chunked + "0x3\r\nabc\r\n0\r\n\r\n", 400),
        Arguments.of("chunkSizeEmpty", chunked + "\r\nabc\r\n0\r\n\r\n", 400),
        Arguments.of("chunkSizeHuge", chunked + "fffffffffffffffff\r\nabc", 400),
        Arguments.of("chunkExtension", chunked + "3;a=b\r\nabc\r\n0\r\n\r\n", 400),
        Arguments.of("chunkBareLf", chunked + "3\nabc\n0\n\n", 400),
        Arguments.of("chunkTooShort", chunked + "3\r\nabcd\r\n0\r\n\r\n", 400),
        Arguments.of("trailerFolded", chunked + "0\r\nX: a\r\n b\r\n\r\n", 400),
        Arguments.of("tooLarge", post + "Content-Length: 1001\r\n\r\n", 413),
        Arguments.of(
            "tooLargeChunked", chunked + "3e9\r\n" + "x".repeat(1001) + "\r\n0\r\n\r\n", 413),
        Arguments.of("longHeader", post + "X: " + "x".repeat(40_000) + "\r\n\r\n", 431),
        Arguments.of("manyFields", post + "X: y\r\n".repeat(200) + "\r\n", 431),
        Arguments.of("stalledHeader", "GET http://h/ HTTP/1.1\r\nHost", 408),
        Arguments.of("stalledBody", post + "Content-Length: 10\r\n\r\nabc", 408));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void attack37Refuses(String name, String request, int status) throws Exception {
    try (RawClient client = fixture.raw()) {
      String answer =
          client.send(request.replace("http://h/", upstream.uri("/").toString())).answer();
      assertThat(answer)
          .startsWith("HTTP/1.1 " + status + " ")
          .contains("application/problem+json")
          .contains("\"reason\":")
          .doesNotContain("Exception", "\tat ");
    }
    assertThat(upstream.received()).as(name).isEmpty();
  }

  @Test
  void attack37NeverReadsAHiddenRequestBehindARefusedOne() throws Exception {
    try (RawClient client = fixture.raw()) {
      String hidden = "GET " + upstream.uri("/hidden") + " HTTP/1.1\r\nHost: h\r\n\r\n";
      client.send(
          "POST "
              + upstream.uri("/")
              + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "0\r\n\r\n"
              + hidden);
      assertThat(client.answer()).startsWith("HTTP/1.1 400 ");
      assertThat(client.rest()).isEmpty();
    }
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void attack37KeepsABodyThatLooksLikeARequestABody() throws Exception {
    String hidden = "GET " + upstream.uri("/hidden") + " HTTP/1.1\r\nHost: h\r\n\r\n";
    try (RawClient client = fixture.raw()) {
      client.send(
          "POST %s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX-Late: 1\r\n\r\n"
              .formatted(upstream.uri("/"), hidden.length(), hidden));
      assertThat(client.answer()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(upstream.received()).hasSize(1);
    ReceivedRequest request = upstream.received().getFirst();
    assertThat(request.body()).asString().isEqualTo(hidden);
    assertThat(request.fields()).doesNotContainKeys("transfer-encoding", "x-late");
    assertThat(request.faults(fixture.key.verification())).isEmpty();
  }
}
