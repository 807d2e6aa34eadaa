// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.ExchangeRecord.Decision;
import dev.signet.launcher.traffic.RecordedBodies;
import dev.signet.launcher.traffic.Redaction;
import dev.signet.launcher.traffic.TestLog;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangeLogIT {
  private static final String HEAD = " HTTP/1.1\r\nHost: x\r\n";

  @TempDir Path dir;
  private TestUpstream upstream;
  private TestLog log;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    log = new TestLog(dir.resolve("traffic"));
    fixture = fixture(log);
  }

  private static ProxyFixture fixture(TestLog log) throws Exception {
    return new ProxyFixture(
        EgressLimits.standard(),
        Optional.empty(),
        (client, own) -> Optional.empty(),
        log.log,
        new Route("svc", java.net.URI.create("http://127.0.0.1:1/")));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  private List<ExchangeRecord> exchanges(int count) throws IOException {
    Awaitility.await().until(() -> log.lines().size() >= count);
    assertThat(log.lines()).hasSize(count);
    return log.exchanges();
  }

  private String ask(String request) throws IOException {
    try (RawClient client = fixture.raw()) {
      return client.send(request).answer();
    }
  }

  @Test
  void notesWhatWasForwardedAndByWhatOthersKnowIt() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(upstream.uri("/v1/chat?api_key=sk-hunter2&s3cretw0rd&page=2"))
            .header("Authorization", "Bearer hunter2")
            .header("Cookie", "session=hunter2")
            .header("Content-Type", "application/json")
            .header("User-Agent", "agent/1\u0009hunter")
            .POST(HttpRequest.BodyPublishers.ofString("{\"a\":1}"))
            .build();
    try (HttpClient client = fixture.client()) {
      client.send(request, HttpResponse.BodyHandlers.ofString());
    }
    ExchangeRecord noted = exchanges(1).getFirst();
    ReceivedRequest received = upstream.received().getFirst();
    assertThat(noted.decision()).isEqualTo(Decision.FORWARDED);
    assertThat(noted.request().method()).isEqualTo("POST");
    assertThat(noted.request().host()).isEqualTo("127.0.0.1");
    assertThat(noted.request().port()).isEqualTo(upstream.port());
    assertThat(noted.request().path()).isEqualTo("/v1/chat");
    assertThat(noted.request().query()).containsExactly("api_key", "", "page");
    assertThat(noted.request().fields()).containsEntry("content-type", "application/json");
    assertThat(noted.request().bytes()).isEqualTo(7);
    assertThat(noted.request().digest()).isEqualTo(Digest.hash(received.body()));
    assertThat(noted.request().body()).isNull();
    assertThat(noted.answer().status()).isEqualTo(200);
    assertThat(noted.answer().bytes()).isEqualTo(5);
    assertThat(noted.answer().digest())
        .isEqualTo(Digest.hash("hello".getBytes(StandardCharsets.UTF_8)));
    assertThat(noted.signature().nonce()).isEqualTo(received.nonce());
    assertThat(noted.signature().keyid()).isEqualTo(fixture.key.verification().thumbprint());
    assertThat(noted.upstream()).isEqualTo("127.0.0.1:" + upstream.port());
    assertThat(noted.attempts()).isEqualTo(1);
    ExchangeRecord.Times times = noted.times();
    assertThat(
            List.of(
                times.received(),
                times.prepared(),
                times.signed(),
                times.sent(),
                times.answered(),
                times.ended()))
        .isSorted();
    assertThat(log.text()).doesNotContain("hunter2", "s3cretw0rd", TestKey.TOKEN, "{\"a\":1}");
  }

  @Test
  void notesEveryRequestOnceHoweverItEnds() throws Exception {
    upstream.on(
        "/breaks",
        exchange -> {
          upstream.record(exchange);
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write(new byte[10]);
          exchange.getResponseBody().flush();
          exchange.close();
        });
    CountDownLatch held = new CountDownLatch(1);
    upstream.on(
        "/holds",
        exchange -> {
          upstream.record(exchange);
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(new byte[10]);
          exchange.getResponseBody().flush();
          await(held);
          exchange.close();
        });
    ask("GET " + upstream.uri("/good") + HEAD + "\r\n");
    ask("GET /nowhere/x?a=b" + HEAD + "\r\n");
    ask("CONNECT api.example.com:443" + HEAD + "\r\n");
    ask("TRACE " + upstream.uri("/") + HEAD + "\r\n");
    ask("GET no sense\r\n\r\n");
    ask("GET http://127.0.0.1:" + fixture.port() + "/svc/x" + HEAD + "\r\n"); // nobody is there
    try (RawClient client = fixture.raw()) {
      client.send("GET " + upstream.uri("/breaks") + HEAD + "\r\n").rest();
    }
    try (RawClient client = fixture.raw()) {
      client.send("GET " + upstream.uri("/holds") + HEAD + "\r\n").head();
    }
    try (RawClient client = fixture.raw()) {
      client.send("POST " + upstream.uri("/half") + HEAD + "Content-Length: 9\r\n\r\nhalf");
      Awaitility.await().until(() -> fixture.proxy.stats().sentBytes() == 4);
    }
    fixture.identity.set(null);
    ask("GET " + upstream.uri("/unattested") + HEAD + "\r\n");
    List<String> noted =
        exchanges(10).stream()
            .map(
                e ->
                    e.request().method()
                        + " "
                        + e.request().path()
                        + " "
                        + e.decision()
                        + " "
                        + e.reason()
                        + " "
                        + (e.answer() == null ? "-" : e.answer().status()))
            .toList();
    held.countDown();
    assertThat(log.exchanges())
        .filteredOn(e -> "CONNECT".equals(e.request().method()))
        .singleElement()
        .satisfies(e -> assertThat(e.request().host()).isEqualTo("api.example.com"));
    assertThat(noted)
        .containsExactlyInAnyOrder(
            "GET /good FORWARDED null 200",
            "GET /nowhere/x REFUSED NO_SUCH_TARGET 404",
            "CONNECT null REFUSED MISDIRECTED 421",
            "TRACE null REFUSED METHOD_REFUSED 405",
            "null null REFUSED MALFORMED_REQUEST 400",
            "GET /x FAILED UPSTREAM_UNREACHABLE 502",
            "GET /breaks FAILED UPSTREAM_BROKEN 200",
            "GET /holds ABANDONED null 200",
            "POST /half ABANDONED null -",
            "GET /unattested REFUSED NOT_ATTESTED 502");
  }

  @Test
  void recordsBodiesWhereAskedAndOnlyEncrypted() throws Exception {
    TestLog.Reader reader = TestLog.Reader.create(dir);
    fixture.close();
    log =
        new TestLog(
            dir.resolve("bodies"),
            new RecordedBodies(
                List.of(RecordedBodies.Place.parse("127.0.0.1/chat")),
                List.of(Redaction.parse("/messages/*/content")),
                4096,
                reader.publicKey()));
    fixture = fixture(log);
    upstream.serve("/chat", "application/json", "{\"answer\":\"visible\"}".getBytes());
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"topsecret\"}]}";
    for (String path : List.of("/chat", "/other")) {
      ask(
          "POST "
              + upstream.uri(path)
              + HEAD
              + "Content-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
    }
    List<ExchangeRecord> noted = exchanges(2);
    ExchangeRecord chat = noted.getFirst();
    assertThat(reader.key().request(chat).map(ExchangeLogIT::text))
        .hasValue("{\"messages\":[{\"role\":\"user\",\"content\":\"[redacted]\"}]}");
    assertThat(reader.key().answer(chat).map(ExchangeLogIT::text))
        .hasValue("{\"answer\":\"visible\"}");
    assertThat(chat.request().digest()).isEqualTo(Digest.hash(body.getBytes()));
    assertThat(noted.getLast().request().body()).isNull();
    assertThat(noted.getLast().answer().body()).isNull();
    assertThat(log.text()).doesNotContain("topsecret", "visible", "role");
  }

  @Test
  void recordsAStreamWithoutHoldingItBack() throws Exception {
    TestLog.Reader reader = TestLog.Reader.create(dir);
    fixture.close();
    log =
        new TestLog(
            dir.resolve("bodies"),
            new RecordedBodies(
                List.of(RecordedBodies.Place.parse("127.0.0.1")),
                List.of(),
                100,
                reader.publicKey()));
    fixture = fixture(log);
    CountDownLatch seen = new CountDownLatch(1);
    upstream.on(
        "/events",
        exchange -> {
          upstream.record(exchange);
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write("data: first\n\n".getBytes());
            out.flush();
            await(seen);
            out.write(("data: " + "x".repeat(1000) + "\n\n").getBytes());
          }
        });
    try (RawClient client = fixture.raw()) {
      client.send("GET " + upstream.uri("/events") + HEAD + "Connection: close\r\n\r\n").head();
      byte[] first = client.socket().getInputStream().readNBytes("d\r\ndata: first\n\n".length());
      assertThat(new String(first)).endsWith("data: first\n\n");
      seen.countDown();
      client.rest();
    }
    ExchangeRecord noted = exchanges(1).getFirst();
    assertThat(noted.answer().bytes()).isEqualTo(13 + 1008);
    assertThat(noted.answer().body().whole()).isFalse();
    assertThat(reader.key().answer(noted).map(ExchangeLogIT::text).orElseThrow())
        .hasSize(100)
        .startsWith("data: first\n\ndata: xxx");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
