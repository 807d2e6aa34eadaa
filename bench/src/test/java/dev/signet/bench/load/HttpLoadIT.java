// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpLoadIT {
  private final AtomicInteger served = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] body = Integer.toString(served.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void sendsEachRequestOnceAndCountsThem() throws IOException, InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    LoadFigures figures =
        load(
                50,
                i -> {
                  asked.addAndGet(i);
                  return request();
                },
                200)
            .run(endpoint());
    assertThat(served).hasValue(50);
    assertThat(asked).hasValue(49 * 50 / 2);
    assertThat(figures.perSecond()).isPositive();
    assertThat(figures.p50Micros()).isPositive().isLessThanOrEqualTo(figures.p99Micros());
  }

  @Test
  void wrongAnswerEndsTheLoad() {
    HttpLoad load = load(1000, i -> request(), 204);
    assertThatIOException()
        .isThrownBy(() -> load.run(endpoint()))
        .withMessageContaining("wrong answer: 200");
    assertThat(served.get()).isLessThan(1000);
  }

  private HttpLoad load(int operations, IntFunction<byte[]> requests, int good) {
    return new HttpLoad(
        4, operations, Duration.ofSeconds(10), requests, (i, answer) -> answer.status() == good);
  }

  private Endpoint endpoint() {
    return Endpoint.http(server.getAddress().getPort());
  }

  private static byte[] request() {
    return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi"
        .getBytes(StandardCharsets.US_ASCII);
  }
}
