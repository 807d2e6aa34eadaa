// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PeersTest {
  private static String name(String address) throws Exception {
    return Peers.name(InetAddress.getByName(address));
  }

  @Test
  void attack45EveryAddressOfAnIpv6NetworkIsOneCaller() throws Exception {
    assertThat(name("2001:db8:1:2:3:4:5:6")).isEqualTo(name("2001:db8:1:2:ffff::1"));
    assertThat(name("2001:db8:1:2::1")).isNotEqualTo(name("2001:db8:1:3::1"));
    assertThat(name("192.0.2.1")).isNotEqualTo(name("192.0.2.2")).isEqualTo("192.0.2.1");
    assertThat(name("::ffff:192.0.2.1")).isEqualTo("192.0.2.1");
  }

  @Test
  void countsStayRightUnderRaces() throws Exception {
    Peers peers = new Peers(64);
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(
            pool.submit(
                () -> {
                  for (int n = 0; n < 20_000; n++) {
                    assertThat(peers.enter("a")).isTrue();
                    peers.leave("a");
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    for (int i = 0; i < 64; i++) {
      assertThat(peers.enter("a")).isTrue();
    }
    assertThat(peers.enter("a")).isFalse();
    assertThat(peers.enter("b")).isTrue();
    peers.leave("a");
    assertThat(peers.enter("a")).isTrue();
  }
}
