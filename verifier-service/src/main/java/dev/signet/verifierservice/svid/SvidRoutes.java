// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.TokenRequest;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import java.io.IOException;
import java.util.List;

/** What an agent's launcher calls to get SVIDs and tokens. */
public final class SvidRoutes {
  private static final String SVIDS = "/v1/svids";
  private static final String TOKENS = "/v1/tokens";

  private final SignedCalls calls;
  private final SvidService service;

  public SvidRoutes(SignedCalls calls, SvidService service) {
    this.calls = calls;
    this.service = service;
  }

  public List<Route> routes() {
    Access open = new Access.Open();
    int small = Limits.SMALL_MESSAGE_BYTES;
    return List.of(
        new Route("POST", SVIDS, open, small, this::svid),
        new Route("POST", TOKENS, open, small, this::token));
  }

  private Answer svid(Call call) throws MalformedMessageException, IOException {
    return calls.answer(
        call,
        SVIDS,
        "svid",
        agent -> service.svid(agent, call.json(SvidRequest.class)),
        result -> new Answer.Json(200, result));
  }

  private Answer token(Call call) throws MalformedMessageException, IOException {
    return calls.answer(
        call,
        TOKENS,
        "token",
        agent -> service.token(agent, call.json(TokenRequest.class)),
        result -> new Answer.Json(200, result));
  }
}
