// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerGateIT {
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  private final List<RawClient> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (RawClient client : open) {
      client.close();
    }
  }

  @Test
  void strangersTakeNoneOfTheAgentsPlaces() throws Exception {
    AtomicBoolean strange = new AtomicBoolean(true);
    try (ProxyFixture fixture =
        fixture(1, (client, own) -> strange.get() ? Optional.of("stranger") : Optional.empty())) {
      for (int i = 0; i < 3; i++) {
        assertThat(connect(fixture).answer()).startsWith("HTTP/1.1 403 ");
      }
      strange.set(false);
      assertThat(connect(fixture).send(GET).answer()).doesNotContain("TOO_MANY_CONNECTIONS");
    }
  }

  @Test
  void looksUpFewPeersAtATimeAndLosesNone() throws Exception {
    int clients = 80;
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch allThere = new CountDownLatch(1);
    PeerCheck slow =
        (client, own) -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          await(allThere);
          now.decrementAndGet();
          return Optional.empty();
        };
    try (ProxyFixture fixture = fixture(clients, slow)) {
      for (int i = 0; i < clients; i++) {
        connect(fixture).send(GET);
      }
      allThere.countDown();
      for (RawClient client : open) {
        assertThat(client.answer()).doesNotContain("TOO_MANY_CONNECTIONS");
      }
    }
    assertThat(most.get()).isBetween(1, 4);
  }

  private static ProxyFixture fixture(int connections, PeerCheck peers) throws Exception {
    return new ProxyFixture(
        new TestLimits().connections(connections).limits(), Optional.empty(), peers);
  }

  private RawClient connect(ProxyFixture fixture) throws IOException {
    RawClient client = fixture.raw();
    open.add(client);
    return client;
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
