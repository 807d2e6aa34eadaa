// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Caller;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.registry.AgentRegistration;
import dev.signet.verifierservice.registry.ImaPolicies;
import dev.signet.verifierservice.registry.Registrations;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Agents: what they are, where they may run, and the floor of their security version. */
public final class RegistrationRoutes {
  private static final int MAX_BODY = 16 * Limits.SMALL_MESSAGE_BYTES;

  private final Acts acts;
  private final boolean keyless;
  private final boolean quotesIma;

  /**
   * @param keyless whether keyless signatures can be checked here
   * @param quotesIma whether hosts are asked to quote PCR 10
   */
  public RegistrationRoutes(Acts acts, boolean keyless, boolean quotesIma) {
    this.acts = acts;
    this.keyless = keyless;
    this.quotesIma = quotesIma;
  }

  public List<Route> routes() {
    Access register = new Access.Operators(Role.REGISTER);
    return List.of(
        new Route("GET", "/v1/registrations", register, 0, this::get),
        new Route("PUT", "/v1/registrations", register, MAX_BODY, this::put),
        new Route("DELETE", "/v1/registrations", register, 0, this::delete),
        new Route("POST", "/v1/floors", register, Limits.SMALL_MESSAGE_BYTES, this::floor));
  }

  /**
   * {@code POST /v1/floors}.
   *
   * @param lower whether launchers that have started newer builds may go back to this version; a
   *     floor below the one that stands lowers in any case
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Floor(AgentId agent, long securityVersion, Boolean lower) {
    Floor {
      if (agent == null || securityVersion < 0) {
        throw new IllegalArgumentException("expected agent and a securityVersion of 0 or more");
      }
    }
  }

  private Answer get(Call call) throws MalformedMessageException, IOException {
    if (call.query() == null) {
      return new Answer.Json(200, Map.of("registrations", acts.read(Registrations::all)));
    }
    AgentId agent = agent(call);
    Optional<Registrations.Registered> found = acts.read(tx -> Registrations.find(tx, agent));
    return found.isPresent()
        ? new Answer.Json(200, found.get())
        : acts.problem(Refusal.NOT_FOUND, null);
  }

  private Answer put(Call call) throws MalformedMessageException, IOException {
    AgentId agent = agent(call);
    AgentRegistration registration = call.json(AgentRegistration.class);
    if (!keyless && !registration.identities().isEmpty()) {
      throw new MalformedMessageException(
          "identities: expected none, since this verifier has no sigstore.trustedRoot");
    }
    if (!quotesIma && registration.ima() != null) {
      throw new MalformedMessageException(
          "ima: expected none, since this verifier's pcrs do not have 10");
    }
    return acts.decide(
        call,
        "register",
        (tx, now) -> {
          if (registration.ima() != null && !ImaPolicies.has(tx, registration.ima().policy())) {
            return new Acts.Not(
                Refusal.NOT_FOUND, "there is no IMA policy " + registration.ima().policy());
          }
          Registrations.put(tx, agent, registration, call.caller().name(), now);
          return new Acts.Done(
              200,
              new Registrations.Registered(
                  agent, registration, Registrations.floor(tx, agent), now, call.caller().name()),
              Decision.act(
                  "register",
                  call.caller().actor(),
                  null,
                  agent,
                  "hosts " + registration.hosts() + ", boot " + registration.boot()));
        });
  }

  private Answer delete(Call call) throws MalformedMessageException, IOException {
    AgentId agent = agent(call);
    return acts.decide(
        call,
        "unregister",
        (tx, now) ->
            Registrations.remove(tx, agent)
                ? new Acts.Done(
                    204, null, Decision.act("unregister", call.caller().actor(), null, agent, null))
                : new Acts.Not(Refusal.NOT_FOUND, null));
  }

  private Answer floor(Call call) throws MalformedMessageException, IOException {
    Floor floor = call.json(Floor.class);
    boolean mayLower =
        call.caller() instanceof Caller.Operator operator
            && operator.roles().contains(Role.LOWER_FLOOR);
    return acts.decide(
        call,
        "floor",
        (tx, now) -> {
          long before = Registrations.floor(tx, floor.agent());
          boolean lowering = floor.securityVersion() < before || Boolean.TRUE.equals(floor.lower());
          if (lowering && !mayLower) {
            return new Acts.Not(
                Refusal.NOT_PERMITTED,
                "the floor is " + before + "; lowering it needs the role lower-floor");
          }
          Registrations.setFloor(tx, floor.agent(), floor.securityVersion(), lowering);
          return new Acts.Done(
              200,
              floor,
              Decision.act(
                  "floor",
                  call.caller().actor(),
                  null,
                  floor.agent(),
                  before
                      + " to "
                      + floor.securityVersion()
                      + (lowering ? ", lowered for launchers that ran newer builds too" : "")));
        });
  }

  private static AgentId agent(Call call) throws MalformedMessageException {
    String agent = call.parameters("agent").get("agent");
    try {
      return new AgentId(agent);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("agent: " + e.getMessage(), e);
    }
  }
}
