// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** {@code -Dsignet.connections=true}: a thousand idle connections beside two hundred busy ones. */
@EnabledIfSystemProperty(named = "signet.connections", matches = "true")
class ManyConnectionsIT {
  private static final int IDLE = 1000;
  private static final int BUSY = 200;
  private static final Duration LONG = Duration.ofSeconds(10);

  @Test
  void idleConnectionsStayWhileBusyOnesAreServed() throws Exception {
    List<RawClient> idle = new ArrayList<>();
    try (TestUpstream upstream = TestUpstream.http();
        ProxyFixture fixture = new ProxyFixture(EgressLimits.standard());
        ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
      String request = "GET " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
      for (int i = 0; i < IDLE; i++) {
        RawClient client = fixture.raw();
        idle.add(client);
        assertThat(client.send(request).answer()).startsWith("HTTP/1.1 200 ");
      }
      long end = System.nanoTime() + LONG.toNanos();
      List<Callable<Integer>> busy = new ArrayList<>();
      for (int i = 0; i < BUSY; i++) {
        busy.add(
            () -> {
              int served = 0;
              try (RawClient client = fixture.raw()) {
                while (System.nanoTime() < end) {
                  assertThat(client.send(request).answer()).startsWith("HTTP/1.1 200 ");
                  served++;
                }
              }
              return served;
            });
      }
      int served = 0;
      for (Future<Integer> agent : agents.invokeAll(busy)) {
        assertThat(agent.get()).as("each is served").isPositive();
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
}
