// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.StrictJson;
import java.time.Duration;
import java.time.Instant;

/**
 * A refusal before it is written to the agent as RFC 9457 problem details.
 *
 * @param detail what was expected, what came, and what to do; never a secret or a stack trace
 * @param retryAfter when it is worth coming again, in whole seconds, or null
 */
record Problem(EgressReason reason, String detail, Duration retryAfter) {
  Problem(EgressReason reason, String detail) {
    this(reason, detail, null);
  }

  byte[] json(Instant now) {
    return StrictJson.encode(
        new ProblemDetails(
            "urn:signet:egress:" + reason.name(),
            reason.title(),
            reason.status(),
            reason.name(),
            detail,
            null,
            now));
  }
}
