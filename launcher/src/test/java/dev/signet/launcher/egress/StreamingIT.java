// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamingIT {
  private TestUpstream upstream;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    fixture = new ProxyFixture(EgressLimits.standard());
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @Test
  void givesAnEventToTheAgentBeforeTheStreamEnds() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    upstream.on(
        "/events",
        exchange -> {
          upstream.record(exchange);
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write("data: one\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            boolean seenBeforeEnd = await(seen);
            out.write(("data: " + seenBeforeEnd + "\n\n").getBytes(StandardCharsets.UTF_8));
          }
        });
    try (HttpClient client = fixture.client()) {
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(upstream.uri("/events")).build(),
              BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        assertThat(new String(in.readNBytes(11), StandardCharsets.UTF_8))
            .isEqualTo("data: one\n\n");
        seen.countDown();
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("data: true\n\n");
      }
    }
  }

  @Test
  void readsNoFasterThanTheAgent() throws Exception {
    AtomicLong written = new AtomicLong();
    long size = 200L * 1024 * 1024;
    upstream.on(
        "/big",
        exchange -> {
          upstream.record(exchange);
          exchange.sendResponseHeaders(200, size);
          try (OutputStream out = exchange.getResponseBody()) {
            byte[] piece = new byte[64 * 1024];
            for (long left = size; left > 0; left -= piece.length) {
              out.write(piece);
              written.addAndGet(piece.length);
            }
          }
        });
    try (RawClient client = fixture.raw()) {
      client.send("GET " + upstream.uri("/big") + " HTTP/1.1\r\nHost: x\r\n\r\n");
      client.head();
      AtomicLong last = new AtomicLong(-1);
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .pollInterval(300, TimeUnit.MILLISECONDS)
          .until(() -> written.get() > 0 && last.getAndSet(written.get()) == written.get());
      // What stands in socket buffers is some megabytes; the rest waits for the agent.
      assertThat(written.get()).isLessThan(64L * 1024 * 1024);
      client.socket().getInputStream().skipNBytes(size);
    }
    assertThat(fixture.proxy.stats().receivedBytes()).isEqualTo(size);
  }

  @Test
  void spoolsALargeUploadAndLeavesNothingBehind() throws Exception {
    byte[] body = new byte[8 * 1024 * 1024];
    new Random(1).nextBytes(body);
    try (HttpClient client = fixture.client()) {
      HttpRequest request =
          HttpRequest.newBuilder(upstream.uri("/up"))
              .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
              .build();
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
    ReceivedRequest received = upstream.received().getFirst();
    assertThat(received.faults(fixture.key.verification())).isEmpty();
    assertThat(received.body()).isEqualTo(body);
    assertThat(fixture.spooled()).isEmpty();
  }

  @Test
  void keepsNoNamedFileWhileABodyIsComing() throws Exception {
    try (RawClient client = fixture.raw()) {
      client.send(
          "POST " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n");
      client.send("x".repeat(3_000_000));
      Awaitility.await().until(() -> fixture.proxy.stats().sentBytes() == 3_000_000);
      assertThat(fixture.spooled()).isEmpty();
    }
  }

  @Test
  void endsTheUpstreamsWorkWhenTheAgentLeaves() throws Exception {
    CountDownLatch broken = new CountDownLatch(1);
    upstream.on(
        "/endless",
        exchange -> {
          upstream.record(exchange);
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (true) {
              out.write("data: tick\n\n".getBytes(StandardCharsets.UTF_8));
              out.flush();
            }
          } catch (IOException e) {
            broken.countDown();
          }
        });
    try (RawClient client = fixture.raw()) {
      client.send("GET " + upstream.uri("/endless") + " HTTP/1.1\r\nHost: x\r\n\r\n").head();
    }
    assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void servesTwoHundredConnectionsAtOnce() throws Exception {
    int connections = 200;
    CountDownLatch all = new CountDownLatch(connections);
    upstream.on(
        "/together",
        exchange -> {
          all.countDown();
          upstream.answer(exchange, await(all) ? 200 : 500, "text/plain", "ok");
        });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> agents = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        String request = "GET " + upstream.uri("/together?" + i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
        agents.add(
            () -> {
              try (RawClient client = fixture.raw()) {
                return client.send(request).answer();
              }
            });
      }
      for (Future<String> answer : threads.invokeAll(agents)) {
        assertThat(answer.get()).startsWith("HTTP/1.1 200 ");
      }
    }
    assertThat(upstream.received())
        .hasSize(connections)
        .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty());
  }

  @Test
  void refusesConnectionsOverTheLimit() throws Exception {
    try (ProxyFixture small = new ProxyFixture(new TestLimits().connections(1).limits());
        RawClient first = small.raw()) {
      first.send("GET " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n").answer();
      try (RawClient second = small.raw()) {
        assertThat(second.answer()).startsWith("HTTP/1.1 503 ").contains("TOO_MANY_CONNECTIONS");
      }
    }
  }

  @Test
  void refusesABodyWhenThoseUnderWayFillTheSpool() throws Exception {
    String head =
        "POST " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n\r\n";
    try (ProxyFixture small = new ProxyFixture(new TestLimits().spoolBytes(5000).limits());
        RawClient first = small.raw()) {
      first.send(head).send("a".repeat(2900));
      Awaitility.await().until(() -> small.proxy.stats().sentBytes() == 2900);
      try (RawClient second = small.raw()) {
        second.send(head).send("b".repeat(3000));
        assertThat(second.answer()).startsWith("HTTP/1.1 503 ").contains("SPOOL_FULL");
      }
      first.send("a".repeat(100));
      assertThat(first.answer()).startsWith("HTTP/1.1 200 ");
      assertThat(first.send(head).send("c".repeat(3000)).answer()).startsWith("HTTP/1.1 200 ");
    }
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
