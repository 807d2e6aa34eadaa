// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dsignet.connections=true}: a thousand idle connections beside two hundred busy ones. */
@EnabledIfSystemProperty(named = "signet.connections", matches = "true")
class ManyConnectionsIT {
  private static final int IDLE = 1000;
  private static final int BUSY = 200;
  private static final Duration LONG = Duration.ofSeconds(10);

  /** Slow machines need longer for the handshakes than the minute after which idle ones are cut. */
  private static final EgressLimits LIMITS =
      new TestLimits()
          .patience(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(10))
          .limits();

  @TempDir private Path directory;

  @Test
  void idleConnectionsStayWhileBusyOnesAreServed() throws Exception {
    try (TestUpstream upstream = TestUpstream.http();
        ProxyFixture fixture = new ProxyFixture(LIMITS)) {
      String request = "GET " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
      serve(upstream, fixture, fixture::raw, request);
    }
  }

  @Test
  void idleTunnelsStayWhileBusyOnesAreServed() throws Exception {
    LaunchAuthority ofUpstream = TestTls.authority();
    LaunchAuthority authority = TestTls.authority("localhost");
    SSLContext trusting = TestTls.client(authority);
    try (TestUpstream upstream =
            TestUpstream.https(TestTls.server(ofUpstream.leaf("localhost", Instant.now())));
        ProxyFixture fixture =
            ProxyFixture.intercepting(
                LIMITS, authority, TestTls.pem(ofUpstream, directory.resolve("upstream.pem")))) {
      String host = "localhost:" + upstream.port();
      serve(
          upstream,
          fixture,
          () -> RawClient.of(tunnel(fixture.port(), host, trusting)),
          "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }
  }

  private static void serve(
      TestUpstream upstream, ProxyFixture fixture, Callable<RawClient> opening, String request)
      throws Exception {
    List<RawClient> idle = new ArrayList<>();
    try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < IDLE; i++) {
        RawClient client = opening.call();
        idle.add(client);
        assertThat(client.send(request).answer()).startsWith("HTTP/1.1 200 ");
      }
      long end = System.nanoTime() + LONG.toNanos();
      List<Callable<Integer>> busy = new ArrayList<>();
      for (int i = 0; i < BUSY; i++) {
        busy.add(
            () -> {
              int served = 0;
              try (RawClient client = opening.call()) {
                while (served == 0 || System.nanoTime() < end) {
                  assertThat(client.send(request).answer()).startsWith("HTTP/1.1 200 ");
                  served++;
                }
              }
              return served;
            });
      }
      int served = 0;
      for (Future<Integer> agent : agents.invokeAll(busy)) {
        served += agent.get();
      }
      for (RawClient client : idle) {
        assertThat(client.send(request).answer()).startsWith("HTTP/1.1 200 ");
      }
      assertThat(fixture.proxy.stats().refused()).isZero();
      assertThat(upstream.received())
          .hasSize(2 * IDLE + served)
          .allSatisfy(r -> assertThat(r.fieldValues("signature")).hasSize(1));
      System.out.println(served + " requests of " + BUSY + " busy connections beside " + IDLE);
    } finally {
      for (RawClient client : idle) {
        client.close();
      }
    }
  }

  private static SSLSocket tunnel(int proxy, String host, SSLContext trusting) throws Exception {
    Socket socket = new Socket("127.0.0.1", proxy);
    socket.setSoTimeout(20_000);
    byte[] ask =
        ("CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    socket.getOutputStream().write(ask);
    byte[] established =
        "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(socket.getInputStream().readNBytes(established.length)).isEqualTo(established);
    SSLSocket tls =
        (SSLSocket)
            trusting.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    tls.startHandshake();
    return tls;
  }
}
