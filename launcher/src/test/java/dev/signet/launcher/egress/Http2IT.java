// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Http2IT {
  @TempDir static Path directory;
  private static TestHttp2Upstream upstream;
  private static TestUpstream old;
  private static ProxyFixture fixture;
  private static HttpClient client;

  @BeforeAll
  static void start() throws Exception {
    LaunchAuthority ofUpstream = TestTls.authority();
    LaunchAuthority.Leaf leaf = ofUpstream.leaf("localhost", Instant.now());
    upstream = new TestHttp2Upstream(leaf);
    old = TestUpstream.https(TestTls.server(leaf));
    LaunchAuthority authority = TestTls.authority("localhost");
    fixture =
        ProxyFixture.intercepting(
            EgressLimits.standard(),
            authority,
            TestTls.pem(ofUpstream, directory.resolve("upstream.pem")));
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
            .sslContext(TestTls.client(authority))
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    fixture.close();
    upstream.close();
    old.close();
  }

  @BeforeEach
  void forget() {
    upstream.received.clear();
    old.received().clear();
  }

  @Test
  void signsRequestsOverHttp2OnBothSides() throws Exception {
    HttpResponse<String> answer =
        send(
            request("/orders?n=1")
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer key")
                .POST(HttpRequest.BodyPublishers.ofString("{\"n\":1}")));
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(upstream.received)
        .singleElement()
        .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .satisfies(r -> assertThat(r.body()).asString().isEqualTo("{\"n\":1}"))
        .satisfies(r -> assertThat(r.query()).contains("n=1"))
        .satisfies(r -> assertThat(r.fields()).doesNotContainKeys("connection", "upgrade", "te"));
  }

  @Test
  void translatesForUpstreamsThatSpeakHttp11() throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + old.port() + "/old"))
                .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> stream("x".repeat(200_000))))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(old.received())
        .singleElement()
        .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .satisfies(r -> assertThat(r.body()).hasSize(200_000))
        .satisfies(r -> assertThat(r.fieldValues("content-length")).containsExactly("200000"));
  }

  @Test
  void sharesOneConnectionOnEachSide() throws Exception {
    send(request("/first"));
    CountDownLatch all = new CountDownLatch(20);
    List<ChannelHandlerContext> waiting = new CopyOnWriteArrayList<>();
    upstream.on(
        "/together",
        (stream, r) -> {
          waiting.add(stream);
          all.countDown();
        });
    int before = upstream.connections.get();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(client.sendAsync(request("/together").build(), BodyHandlers.ofString()));
    }
    assertThat(all.await(15, TimeUnit.SECONDS)).isTrue();
    waiting.forEach(s -> s.executor().execute(() -> TestHttp2Upstream.text(s, "ok")));
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("ok");
    }
    assertThat(upstream.connections.get() - before).isZero();
    assertThat(upstream.received)
        .hasSize(21)
        .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .extracting(ReceivedRequest::nonce)
        .doesNotHaveDuplicates();
  }

  @Test
  void givesAnEventToTheAgentWhileTheUpstreamHoldsTheRest() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    upstream.on(
        "/events",
        (stream, r) -> {
          TestHttp2Upstream.head(
              stream,
              new DefaultHttp2Headers().status("200").set("content-type", "text/event-stream"));
          TestHttp2Upstream.data(stream, "data: one\n\n", false);
          Thread.ofVirtual()
              .start(
                  () -> {
                    String last = "data: " + await(seen) + "\n\n";
                    stream.executor().execute(() -> TestHttp2Upstream.data(stream, last, true));
                  });
        });
    HttpResponse<InputStream> answer =
        client.send(request("/events").build(), BodyHandlers.ofInputStream());
    try (InputStream in = answer.body()) {
      assertThat(new String(in.readNBytes(11), StandardCharsets.UTF_8)).isEqualTo("data: one\n\n");
      seen.countDown();
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("data: true\n\n");
    }
  }

  @Test
  void carriesLargeBodiesBothWays() throws Exception {
    byte[] body = new byte[6 * 1024 * 1024];
    new Random(1).nextBytes(body);
    upstream.on(
        "/echo",
        (stream, r) -> {
          TestHttp2Upstream.head(stream, new DefaultHttp2Headers().status("200"));
          stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(r.body()), true));
        });
    HttpResponse<byte[]> answer =
        client.send(
            request("/echo").POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.body()).isEqualTo(body);
    assertThat(upstream.received.getFirst().faults(fixture.key.verification())).isEmpty();
    assertThat(fixture.spooled()).isEmpty();
  }

  @Test
  void sendsAgainWhatTheUpstreamRefusedToBeginWith() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    upstream.on(
        "/busy",
        (stream, r) -> {
          if (calls.incrementAndGet() == 1) {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
          } else {
            TestHttp2Upstream.text(stream, "now");
          }
        });
    assertThat(send(request("/busy").POST(HttpRequest.BodyPublishers.ofString("x"))).body())
        .isEqualTo("now");
    assertThat(upstream.received).extracting(ReceivedRequest::nonce).doesNotHaveDuplicates();
  }

  @Test
  void tellsOfAResetAndOfAnAnswerThatCouldSplitOurs() throws Exception {
    upstream.on(
        "/reset",
        (stream, r) -> stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR)));
    HttpResponse<String> reset = send(request("/reset").POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(reset.statusCode()).isEqualTo(502);
    assertThat(reset.body()).contains("UPSTREAM_BROKEN");
    upstream.on(
        "/split",
        (stream, r) ->
            stream.writeAndFlush(
                new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers(false)
                        .status("200")
                        .set("x", "a\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 evil"),
                    true)));
    HttpResponse<String> split = send(request("/split").POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(split.statusCode()).isEqualTo(502);
    assertThat(split.headers().map()).doesNotContainKey("x");
  }

  @Test
  void refusesAnAgentThatIsNotAttested() throws Exception {
    EgressIdentity.Current good = fixture.identity.getAndSet(null);
    try {
      HttpResponse<String> answer =
          send(request("/").POST(HttpRequest.BodyPublishers.ofString("body")));
      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
      assertThat(answer.body()).contains("NOT_ATTESTED");
    } finally {
      fixture.identity.set(good);
    }
    assertThat(upstream.received).isEmpty();
    assertThat(send(request("/")).statusCode()).isEqualTo(200);
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + upstream.port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(15, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
