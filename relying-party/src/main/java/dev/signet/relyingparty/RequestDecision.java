// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Refusal;
import dev.signet.requestsignatures.ContentDigest;
import java.util.Optional;

/** What became of one request. */
public sealed interface RequestDecision {
  /**
   * The agent sent this request, now and for the first time.
   *
   * @param unreadBody what the body must still be checked against; only for {@link
   *     RequestBody.Streaming}, empty where there is nothing left to check
   */
  record Accepted(AgentIdentity agent, Optional<ContentDigest> unreadBody)
      implements RequestDecision {}

  /**
   * @param reason for the caller
   * @param detail for the log only; may quote the request
   */
  record Refused(Refusal reason, String detail) implements RequestDecision {}
}
