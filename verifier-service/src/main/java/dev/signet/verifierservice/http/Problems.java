// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.ProblemDetails;
import java.time.Instant;

/** The problem that is ours. */
final class Problems {
  private Problems() {}

  /**
   * @param incident under which the log has the cause, or null
   */
  static ProblemDetails internal(String incident, Instant now) {
    return new ProblemDetails(
        "urn:signet:refusal:INTERNAL",
        "the service failed; the caller did nothing wrong",
        500,
        "INTERNAL",
        incident == null ? null : "incident " + incident,
        null,
        now);
  }
}
