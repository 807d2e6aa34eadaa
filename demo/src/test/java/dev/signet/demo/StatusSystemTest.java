// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.cli.SignetHere;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What an operator sees of an agent whose launcher dies. */
class StatusSystemTest {
  private static final Duration TOKEN_LIFE = Duration.ofSeconds(10);

  @Test
  void attack53KilledLauncherIsSilentWithinOnePeriod() throws Exception {
    try (Site site = Site.build(TOKEN_LIFE)) {
      SignetProcess run = site.run("--json").ready();
      run.awaitAnswer("get " + site.toolUrl() + "/weather", "200 ");
      assertThat(agent(site).path("state").asText()).isEqualTo("live");

      run.process().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      Instant killed = Instant.now();
      Awaitility.await("the agent is silent")
          .atMost(TOKEN_LIFE.plusSeconds(20))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> agent(site).path("state").asText().equals("silent"));

      JsonNode silent = agent(site);
      Instant since = Instant.parse(silent.path("since").asText());
      Instant until = Instant.parse(silent.path("identityUntil").asText());
      assertThat(since).isBefore(killed).isEqualTo(silent.path("lastSeen").asText());
      assertThat(Duration.between(since, until)).isLessThanOrEqualTo(TOKEN_LIFE);
      String table = site.signet("agents").out();
      assertThat(table)
          .startsWith("STATE   SINCE")
          .contains("silent  " + since + "  " + Site.AGENT + "  ");
      assertThat(site.signet("hosts").out()).contains("silent  " + since + "  ");
      assertThat(site.signet("agents", "--state", "live").out().lines()).hasSize(1);
    }
  }

  private static JsonNode agent(Site site) throws Exception {
    SignetHere.Ended ended = site.signet("agents", "--json");
    assertThat(ended.code()).as(ended.err()).isZero();
    return StrictJson.tree(
        ended.out().lines().findFirst().orElse("{}").getBytes(StandardCharsets.UTF_8), 1 << 16);
  }
}
