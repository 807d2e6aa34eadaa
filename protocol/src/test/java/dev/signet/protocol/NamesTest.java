// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://a/b",
        "spiffe://example.org/agent/billing",
        "spiffe://my_domain-1.example/Agent_1/v1.2-x",
        "spiffe://a/..."
      })
  void acceptsSpiffeId(String id) {
    assertThat(new AgentId(id).value()).isEqualTo(id);
    assertThat(new AgentId(id).trustDomain()).isEqualTo(id.split("/")[2]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe://",
        "spiffe://a",
        "spiffe://a/",
        "spiffe:///a",
        "SPIFFE://a/b",
        "spiffe://A/b",
        "spiffe://a/b/",
        "spiffe://a//b",
        "spiffe://a/./b",
        "spiffe://a/../b",
        "spiffe://a/..",
        "spiffe://a/b?c",
        "spiffe://a/b#c",
        "spiffe://a/b%2fc",
        "spiffe://a:80/b",
        "spiffe://u@a/b",
        "spiffe://a/b ",
        "spiffe://a/b\n",
        "spiffe://\u00e4/b",
        "spiffe://a/\u00e4",
        "https://a/b"
      })
  void refusesOtherSpellingsOfSpiffeId(String id) {
    assertThatThrownBy(() -> new AgentId(id)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundsSpiffeIdAt255() {
    String prefix = "spiffe://a/";
    String longest = prefix + "b".repeat(255 - prefix.length());
    assertThat(new AgentId(longest).value()).hasSize(255);
    assertThatThrownBy(() -> new AgentId(longest + "b"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AgentId(null)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void anyTextIsEitherKeptOrRefused(@ForAll @StringLength(max = 40) String tail) {
    for (String id : new String[] {tail, "spiffe://" + tail, "spiffe://a/" + tail}) {
      try {
        AgentId agent = new AgentId(id);
        assertThat(agent.toString()).isEqualTo(id).matches("spiffe://[a-z0-9._-]+(/[\\w.-]+)+");
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("expected a SPIFFE ID");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "host-1", "rack.7-a", "a..b"})
  void acceptsHostId(String id) {
    assertThat(new HostId(id)).hasToString(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", ".a", "a.", "A", "a_b", "a b", "a/b", "\u00e4", "a\n"})
  void refusesHostId(String id) {
    assertThatThrownBy(() -> new HostId(id)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundsHostIdAt64() {
    assertThat(new HostId("a".repeat(64)).value()).hasSize(64);
    assertThatThrownBy(() -> new HostId("a".repeat(65)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HostId(null)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void launchIdIsSixteenBytesInOneSpelling() {
    LaunchId id = LaunchId.random(new SecureRandom());
    assertThat(new LaunchId(id.value())).isEqualTo(id);
    for (String wrong :
        new String[] {
          null,
          "",
          "AAAAAAAAAAAAAAAAAAAAA",
          "AAAAAAAAAAAAAAAAAAAAAAA",
          "AAAAAAAAAAAAAAAAAAAAAB",
          "AAAAAAAAAAAAAAAAAAAA==",
          "AAAAAAAAAAAAAAAAAAAAA+"
        }) {
      assertThatThrownBy(() -> new LaunchId(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-21T10:15:30.0Z",
        "2026-11-21T10:15:30.5Z",
        "2026-11-21T10:15Z",
        "2026-11-21T10:15:30+00:00",
        "2026-11-21T10:15:30z",
        "2026-11-21t10:15:30Z",
        "2026-11-21 10:15:30Z",
        "2026-11-21T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T10:15:60Z",
        "+12026-11-21T10:15:30Z",
        "-0001-11-21T10:15:30Z",
        "1795256130",
        ""
      })
  void refusesOtherSpellingsOfTime(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsTime() {
    String text = "2026-11-21T10:15:30Z";
    assertThat(Timestamps.parse(text).getEpochSecond()).isEqualTo(1_795_256_130L);
    assertThat(Timestamps.format(Timestamps.parse(text).plusMillis(999))).isEqualTo(text);
  }
}
