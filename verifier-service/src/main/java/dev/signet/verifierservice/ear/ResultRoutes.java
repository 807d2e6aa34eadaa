// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.ear;

import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ResultRequest;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.svid.SignedCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code POST /v1/results}: the attestation result as an EAR. */
public final class ResultRoutes {
  private static final String RESULTS = "/v1/results";

  private final SignedCalls calls;
  private final ResultService service;

  public ResultRoutes(SignedCalls calls, ResultService service) {
    this.calls = calls;
    this.service = service;
  }

  public List<Route> routes() {
    return List.of(
        new Route("POST", RESULTS, new Access.Open(), Limits.SMALL_MESSAGE_BYTES, this::result));
  }

  private Answer result(Call call) throws MalformedMessageException, IOException {
    Dialect dialect = Dialect.accepted(call.field("accept"));
    return calls.answer(
        call,
        RESULTS,
        "result",
        agent -> service.result(agent, call.json(ResultRequest.class), dialect),
        ear -> new Answer.Document(dialect.mediaType(), ear.getBytes(StandardCharsets.US_ASCII)));
  }
}
