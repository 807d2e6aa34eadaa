// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.requests;

import dev.signet.protocol.CompactJws;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.ReplayGuard;
import dev.signet.relyingparty.RequestBody;
import dev.signet.relyingparty.RequestDecision;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustState;
import dev.signet.verifierservice.http.Call;
import java.net.URI;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Calls that an agent's launcher makes to this verifier itself, signed as any request of the agent
 * is. They are signed for the verifier's id, under whatever address it was reached: so a call that
 * was made for another verifier is worth nothing here, and the other way round.
 */
public final class AgentCalls {
  private final RequestVerifier verifier;
  private final String authority;
  private final ReplayGuard replays;
  private final Supplier<TrustState> trust;

  /**
   * @param issuer the verifier's id, {@code https://host[:port]}
   * @param trust what this verifier last published
   */
  public AgentCalls(String issuer, ReplayGuard replays, Supplier<TrustState> trust) {
    URI uri = URI.create(issuer);
    this.authority = uri.getRawAuthority();
    this.verifier = new RequestVerifier(Set.of(authority), uri.getScheme());
    this.replays = replays;
    this.trust = trust;
  }

  /** Who calls. */
  public sealed interface Caller {
    /**
     * An agent that proved to be it.
     *
     * @param token as it came
     * @param claims of the token
     */
    record Agent(String token, IdentityClaims claims) implements Caller {}

    /**
     * Nobody who may call.
     *
     * @param detail for the log only
     */
    record Refused(Refusal reason, String detail) implements Caller {}
  }

  /**
   * @param path of the call's target, as it was sent
   */
  public Caller caller(Call call, String path, Instant now) throws MalformedMessageException {
    DescribedRequest request =
        new DescribedRequest(
            call.method(), verifier.scheme(), authority, path, call.query(), call.fields());
    RequestBody body =
        call.body().length == 0 ? new RequestBody.None() : new RequestBody.Complete(call.body());
    return switch (verifier.verify(request, body, trust.get(), now, replays)) {
      case RequestDecision.Refused(Refusal reason, String detail) ->
          new Caller.Refused(reason, detail);
      case RequestDecision.Accepted accepted -> {
        // The token was found good just now; this only reads what it says besides.
        String token = request.fieldValues(IdentityClaims.HEADER).get(0);
        CompactJws jws = CompactJws.parse(token, IdentityClaims.TYP, Limits.TOKEN_BYTES);
        yield new Caller.Agent(
            token, StrictJson.decode(jws.payload(), IdentityClaims.class, Limits.TOKEN_BYTES));
      }
    };
  }
}
