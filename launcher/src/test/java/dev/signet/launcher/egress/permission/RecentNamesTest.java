// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RecentNamesTest {
  private static final List<InetAddress> ONE = List.of(InetAddress.ofLiteral("192.0.2.1"));
  private static final List<InetAddress> TWO = List.of(InetAddress.ofLiteral("192.0.2.2"));

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
  private final AtomicReference<List<InetAddress>> answer = new AtomicReference<>(ONE);
  private final RecentNames names =
      new RecentNames(
          name -> {
            if (answer.get() == null) {
              throw new UnknownHostException(name);
            }
            return answer.get();
          },
          now::get);

  @Test
  void remembersForItsTimeAndNoLonger() throws Exception {
    assertThat(names.known("a.example")).isEmpty();
    assertThat(names.addresses("a.example")).isEqualTo(ONE);
    assertThat(names.known("b.example")).isEmpty();
    now.addAndGet(RecentNames.LIFE.toNanos() - 1);
    assertThat(names.known("a.example")).contains(ONE);
    now.addAndGet(1);
    assertThat(names.known("a.example")).isEmpty();
  }

  @Test
  void takesTheNewestAnswer() throws Exception {
    names.addresses("a.example");
    answer.set(TWO);
    assertThat(names.addresses("a.example")).isEqualTo(TWO);
    assertThat(names.known("a.example")).contains(TWO);
  }

  @Test
  void countsFromTheQuestion() throws Exception {
    RecentNames slow =
        new RecentNames(
            name -> {
              now.addAndGet(RecentNames.LIFE.toNanos());
              return ONE;
            },
            now::get);
    assertThat(slow.addresses("a.example")).isEqualTo(ONE);
    assertThat(slow.known("a.example")).isEmpty();
  }

  @Test
  void forgetsANameThatIsGone() throws Exception {
    names.addresses("a.example");
    answer.set(null);
    assertThatThrownBy(() -> names.addresses("a.example")).isInstanceOf(UnknownHostException.class);
    assertThat(names.known("a.example")).isEmpty();
  }

  @Test
  void remembersNoMoreThanItsBound() throws Exception {
    names.addresses("first.example");
    for (int i = 1; i < RecentNames.MOST; i++) {
      names.addresses(i + ".example");
    }
    assertThat(names.known("first.example")).isPresent();
    names.addresses("last.example");
    assertThat(names.known("first.example")).isEmpty();
    assertThat(names.known("last.example")).isPresent();
  }
}
