// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StrictJson;

/** Reading what a reference statement's envelope carries; nobody has answered for it yet. */
public final class StatementPayload {
  private StatementPayload() {}

  /** Stricter than {@link ReferenceStatement#parse}: what was forgotten allows nothing. */
  public static ReferenceStatement parse(byte[] payload) throws MalformedMessageException {
    ReferenceStatement statement = ReferenceStatement.parse(payload);
    // null allows any arguments, and so must have been written: a forgotten member allows nothing.
    JsonNode launch =
        StrictJson.tree(payload, Limits.STATEMENT_BYTES).path("predicate").path("launch");
    if (!launch.has("arguments")) {
      throw new MalformedMessageException(
          "predicate.launch.arguments: expected a list, or null for any arguments, got nothing");
    }
    return statement;
  }
}
