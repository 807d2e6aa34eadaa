// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An agent's identity over time, with the shortest token life that a verifier can be given. */
class IdentitySystemTest {
  private static final Duration TOKEN_LIFE = Duration.ofSeconds(10);
  private static final Pattern TOKEN = Pattern.compile("(?i)workload-identity-token: *([^\r\n]+)");

  private static Site site;
  private static SignetProcess agent;

  @BeforeAll
  static void startAgent() throws Exception {
    site = Site.build(TOKEN_LIFE);
    agent = site.run("--json").ready();
  }

  @AfterAll
  static void stopAgent() throws Exception {
    try (Site closed = site;
        SignetProcess ended = agent) {
      assertThat(ended).isNotNull();
      assertThat(closed).isNotNull();
    }
  }

  @Test
  void agentWorksPastItsTokensLifeByANewQuoteForEachToken() throws Exception {
    agent.awaitAnswer(call(), "200 ");
    long before = attestations();
    long start = System.nanoTime();
    Set<String> tokens = new HashSet<>();
    while (Duration.ofNanos(System.nanoTime() - start).compareTo(TOKEN_LIFE.plusSeconds(2)) < 0) {
      assertThat(agent.ask(call())).startsWith("200 ");
      tokens.add(tokenOnTheWire());
      Awaitility.await().pollDelay(Duration.ofMillis(400)).until(() -> true);
    }
    long renewals = attestations() - before;
    assertThat(renewals).as("renewals in 12 s of tokens of 10 s").isBetween(2L, 4L);
    assertThat(tokens).hasSizeGreaterThanOrEqualTo((int) renewals);
  }

  @Test
  void revokedAgentLosesItsIdentityAndHasItBackWhenReinstated() throws Exception {
    agent.awaitAnswer(call(), "200 ");
    int told = agent.told().size();
    var revoked = site.signet("revoke", "agent", Site.AGENT, "--reason", "incident 1");
    assertThat(revoked.code()).as(revoked.err()).isZero();
    try {
      assertThat(agent.awaitAnswer(call(), "401 ")).contains("REVOKED");
      Awaitility.await("the launcher says so")
          .atMost(SignetProcess.PATIENCE)
          .until(() -> agent.told().stream().skip(told).anyMatch(told("identity-lost", "REVOKED")));
      assertThat(agent.ask(call()))
          .as("at once, though the token has not ended")
          .startsWith("502 ")
          .contains("NOT_ATTESTED");
    } finally {
      var back = site.signet("reinstate", "agent", Site.AGENT, "--reason", "false alarm");
      assertThat(back.code()).as(back.err()).isZero();
    }
    agent.awaitAnswer(call(), "200 ");
  }

  @Test
  void laterLaunchOfAnAgentSupersedesTheEarlierWhichSaysSo() throws Exception {
    var words = site.runArguments(site.jar(), site.secondStatement(), "--json");
    try (SignetProcess earlier = SignetProcess.signet(site.agentEnvironment(), words).ready()) {
      assertThat(earlier.ask(call())).startsWith("200 ");
      try (SignetProcess later = SignetProcess.signet(site.agentEnvironment(), words).ready()) {
        assertThat(later.ask(call())).startsWith("200 ");
        earlier.awaitTold(told("identity-lost", "NO_LIVE_LAUNCH"), "the earlier is superseded");
        assertThat(earlier.ask(call())).startsWith("502 ").contains("NOT_ATTESTED");
        assertThat(later.ask(call())).startsWith("200 ");
      }
      assertThat(earlier.ask(call())).as("when the later has ended").startsWith("502 ");
    }
  }

  private static String call() {
    return "get " + site.toolUrl() + "/weather";
  }

  private static long attestations() throws Exception {
    return site.decisions("attest", "OK", Site.AGENT);
  }

  private static String tokenOnTheWire() {
    Matcher token = TOKEN.matcher(site.tap().lastRequest());
    assertThat(token.find()).isTrue();
    return token.group(1);
  }

  private static java.util.function.Predicate<String> told(String step, String words) {
    return line -> line.contains("\"step\":\"" + step + "\"") && line.contains(words);
  }
}
