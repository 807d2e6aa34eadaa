// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import java.time.InstantSource;

/** Requests that break HTTP itself get a problem document too, and lose their connection. */
final class TransportProblem implements DirectHandler {
  private final InstantSource clock;

  TransportProblem(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    ProblemDetails problem =
        switch (status.code()) {
          case 413 -> ProblemDetails.of(Refusal.TOO_LARGE, null, null, clock.instant());
          case 503 -> ProblemDetails.unavailable("too many requests at once", clock.instant());
          default ->
              type == EventType.INTERNAL_ERROR
                  ? Problems.internal(null, clock.instant())
                  : ProblemDetails.of(
                      Refusal.MALFORMED_MESSAGE, "expected HTTP/1.1", null, clock.instant());
        };
    return TransportResponse.builder()
        .status(Status.create(problem.status()))
        .header(HeaderNames.CONTENT_TYPE, ProblemDetails.MEDIA_TYPE)
        .header(HeaderNames.CONNECTION, "close")
        .keepAlive(false)
        .entity(StrictJson.encode(problem))
        .build();
  }
}
