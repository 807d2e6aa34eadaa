// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

/** A signer, a moment and a statement for tests. */
final class Statements {
  static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
  static final SecureRandom RANDOM = new SecureRandom();
  static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  static final JarMeasurement.Measured JAR =
      new JarMeasurement.Measured(
          Digest.hash("jar".getBytes(StandardCharsets.UTF_8)), 3, "acme.Agent");

  private Statements() {}

  static StatementDraft draft(long securityVersion) {
    return new StatementDraft(
        AGENT,
        "1.2.3",
        securityVersion,
        NOW.minusSeconds(60),
        NOW.plusSeconds(3600),
        List.of("--serve"),
        List.of("LANG", "TZ"));
  }

  static byte[] payload(long securityVersion) {
    return StatementDraft.write(draft(securityVersion).about("agent.jar", JAR));
  }
}
