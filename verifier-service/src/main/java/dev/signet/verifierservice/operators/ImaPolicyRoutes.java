// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import dev.signet.protocol.Digest;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.registry.ImaPolicies;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Policies for IMA's log: brought before a registration names them. */
public final class ImaPolicyRoutes {
  private static final String PATH = "/v1/ima-policies";

  private final Acts acts;

  public ImaPolicyRoutes(Acts acts) {
    this.acts = acts;
  }

  public List<Route> routes() {
    Access register = new Access.Operators(Role.REGISTER);
    return List.of(
        new Route("GET", PATH, register, 0, this::list),
        new Route("POST", PATH, register, Limits.IMA_POLICY_BYTES, this::add),
        new Route("DELETE", PATH, register, 0, this::remove));
  }

  /**
   * {@code POST /v1/ima-policies}.
   *
   * @param policy SHA-256 of the document as it came
   */
  private record Added(Digest policy, int files, int keys, int buffers) {}

  private Answer list(Call call) throws IOException {
    return new Answer.Json(200, Map.of("policies", acts.read(ImaPolicies::all)));
  }

  private Answer add(Call call) throws MalformedMessageException, IOException {
    ImaPolicy policy = call.json(ImaPolicy.class);
    try {
      new ImaAppraiser(policy);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("keys: " + e.getMessage(), e);
    }
    Digest digest = Digest.hash(call.body());
    return acts.decide(
        call,
        "ima-policy",
        (tx, now) ->
            ImaPolicies.add(tx, digest, call.body(), call.caller().name(), now)
                ? new Acts.Done(
                    201,
                    new Added(
                        digest,
                        policy.files().size(),
                        policy.keys().size(),
                        policy.buffers().size()),
                    Decision.act(
                        "ima-policy", call.caller().actor(), null, null, digest.toString()))
                : new Acts.Not(
                    Refusal.CONFLICT, "there are " + ImaPolicies.MAX + "; remove one first"));
  }

  private Answer remove(Call call) throws MalformedMessageException, IOException {
    Digest digest;
    try {
      digest = Digest.parse(call.parameters("policy").getOrDefault("policy", ""));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("policy: " + e.getMessage(), e);
    }
    return acts.decide(
        call,
        "ima-policy-remove",
        (tx, now) -> {
          if (ImaPolicies.inUse(tx, digest)) {
            return new Acts.Not(Refusal.CONFLICT, "a registration names it");
          }
          return ImaPolicies.remove(tx, digest)
              ? new Acts.Done(
                  204,
                  null,
                  Decision.act(
                      "ima-policy-remove", call.caller().actor(), null, null, digest.toString()))
              : new Acts.Not(Refusal.NOT_FOUND, null);
        });
  }
}
