// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import static dev.signet.relyingparty.Agents.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Revocation;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustFeedIT {
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Duration RARELY = Duration.ofMinutes(10);
  private static final String END = "end";

  @TempDir Path directory;
  private final Agents agents = new Agents();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<String> pushes = new LinkedBlockingQueue<>();
  private final AtomicInteger streams = new AtomicInteger();
  private volatile String served;
  private HttpServer mirror;
  private TrustCache cache;
  private TrustFeed feed;

  @BeforeEach
  void start() throws IOException {
    mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mirror.setExecutor(threads);
    mirror.createContext("/v1/trust", this::answer);
    mirror.createContext("/v1/trust/stream", this::stream);
    mirror.start();
    served = agents.signed(agents.snapshot(1, 1, NOW));
    cache =
        new TrustCache(
            Agents.ISSUER,
            List.of(agents.snapshotJwk()),
            Agents.PROVIDERS,
            directory.resolve("seen"));
  }

  @AfterEach
  void stop() {
    if (feed != null) {
      feed.close();
    }
    mirror.stop(0);
    threads.shutdownNow();
  }

  @Test
  void fetchesAtOnceAndThenEverySoOften() {
    follow(List.of(uri()), Duration.ofMillis(50));
    await().until(() -> number() == 1);
    served = agents.signed(agents.snapshot(1, 2, NOW));
    await().until(() -> number() == 2);
  }

  @Test
  void hearsOfRevocationsAtOnce() {
    follow(List.of(uri()), RARELY);
    await().until(() -> number() == 1 && streams.get() == 1);
    pushes.add(
        agents.signed(
            agents.snapshot(
                1,
                2,
                NOW,
                new Revocation(
                    Revocation.Scope.AGENT, Agents.AGENT.value(), NOW.getEpochSecond()))));
    await().until(() -> number() == 2);
    assertThat(cache.current().snapshot().orElseThrow().revocations()).hasSize(1);
  }

  @Test
  void connectsAgainWhenTheStreamEnds() {
    follow(List.of(uri()), RARELY);
    await().until(() -> streams.get() == 1);
    pushes.add(END);
    await().until(() -> streams.get() == 2);
    pushes.add(agents.signed(agents.snapshot(1, 7, NOW)));
    await().until(() -> number() == 7);
  }

  @Test
  void asksTheNextMirrorWhereOneIsDeadOrLies() throws IOException {
    Agents liar = new Agents();
    HttpServer lying =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] lie = liar.signed(liar.snapshot(9, 9, NOW)).getBytes(StandardCharsets.US_ASCII);
    lying.createContext("/", exchange -> write(exchange, lie));
    lying.start();
    follow(
        List.of(
            URI.create("http://127.0.0.1:1"),
            URI.create("http://127.0.0.1:" + lying.getAddress().getPort()),
            uri()),
        Duration.ofMillis(100));
    await().until(() -> number() == 1);
    lying.stop(0);
  }

  @Test
  void attack44GivesUpOnEndlessAnswers() {
    served = "a".repeat(Limits.SNAPSHOT_BYTES + 1);
    follow(List.of(uri()), Duration.ofMillis(50));
    await().until(() -> streams.get() == 1);
    served = agents.signed(agents.snapshot(1, 3, NOW));
    await().until(() -> number() == 3);
  }

  @Test
  void goesOnAfterAFault() {
    AtomicInteger asked = new AtomicInteger();
    Clock broken =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            if (asked.incrementAndGet() <= 3) {
              throw new IllegalArgumentException("not now");
            }
            return NOW;
          }
        };
    pushes.add(served);
    feed =
        TrustFeed.start(
            cache, List.of(uri()), HttpClient.newHttpClient(), Duration.ofMillis(50), broken);
    await().until(() -> number() == 1);
    assertThat(feed.faults()).isEqualTo(3);
    served = agents.signed(agents.snapshot(1, 2, NOW));
    await().until(() -> number() == 2);
  }

  @Test
  void refusesMirrorsInTheClear() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> follow(List.of(URI.create("http://mirror.example")), RARELY))
        .withMessageContaining("expected https");
  }

  private long number() {
    return cache.current().snapshot().map(s -> s.number()).orElse(-1L);
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:" + mirror.getAddress().getPort());
  }

  private void follow(List<URI> mirrors, Duration every) {
    feed = TrustFeed.start(cache, mirrors, HttpClient.newHttpClient(), every, CLOCK);
  }

  private void answer(HttpExchange exchange) throws IOException {
    write(exchange, served.getBytes(StandardCharsets.US_ASCII));
  }

  private static void write(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private void stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(": hello\n\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      streams.incrementAndGet();
      for (String push = pushes.take(); !push.equals(END); push = pushes.take()) {
        out.write(("event: snapshot\ndata: " + push + "\n\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
