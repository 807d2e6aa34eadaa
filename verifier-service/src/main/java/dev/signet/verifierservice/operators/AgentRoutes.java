// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.registry.AgentStatus;
import dev.signet.verifierservice.registry.AgentStatuses;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** How agents stand, for operators: reckoned from times while they ask. */
public final class AgentRoutes {
  private final Acts acts;
  private final InstantSource clock;

  public AgentRoutes(Acts acts, InstantSource clock) {
    this.acts = acts;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(new Route("GET", "/v1/agents", new Access.Operators(Role.AUDIT), 0, this::list));
  }

  /**
   * One agent on one host.
   *
   * @param launch of the newest evidence, good or not
   * @param since since when it stands so
   * @param identityUntil when the last identity ends or ended
   * @param reason of the newest refusal, which may be over
   * @param appraisal of the last accepted attestation
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AgentView(
      AgentId agent,
      HostId host,
      LaunchId launch,
      AgentStatus.State state,
      Instant since,
      Instant lastSeen,
      Instant lastGood,
      Instant identityUntil,
      String reason,
      Instant refusedAt,
      JsonNode appraisal) {
    static AgentView of(AgentStatus status, Instant now) {
      AgentStatus.Standing standing = status.at(now);
      return new AgentView(
          status.agent(),
          status.host(),
          status.launch(),
          standing.state(),
          standing.since(),
          status.lastSeen(),
          status.lastGood(),
          status.identityUntil().orElse(null),
          status.reason(),
          status.refusedAt(),
          status.appraisal());
    }
  }

  /**
   * A page.
   *
   * @param time at which the states hold
   */
  record AgentList(Instant time, List<AgentView> agents) {}

  private Answer list(Call call) throws MalformedMessageException, IOException {
    Map<String, String> after = call.parameters("afterAgent", "afterHost");
    Instant now = clock.instant();
    List<AgentStatus> page =
        acts.read(
            tx ->
                AgentStatuses.page(
                    tx, after.getOrDefault("afterAgent", ""), after.getOrDefault("afterHost", "")));
    return new Answer.Json(
        200, new AgentList(now, page.stream().map(s -> AgentView.of(s, now)).toList()));
  }
}
