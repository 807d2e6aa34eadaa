// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Revocation.Scope;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** All revocations in memory, for looking many subjects up; the same answers as Revocations. */
final class RevokedSubjects {
  private final Map<String, Instant> since = new HashMap<>();

  private RevokedSubjects() {}

  static RevokedSubjects read(Transaction tx) throws SQLException {
    RevokedSubjects revoked = new RevokedSubjects();
    for (Revocations.Recorded each : Revocations.recorded(tx)) {
      revoked.note(each.scope(), each.value(), each.since());
    }
    // A TPM is revoked under every certificate for the same key.
    tx.list(
            "SELECT same.ek_hash, since FROM revocations JOIN tpm_keys own ON own.ek_hash = value"
                + " JOIN tpm_keys same USING (key_hash) WHERE scope = 'TPM'",
            row -> Map.entry(row.getString(1), Instant.ofEpochMilli(row.getLong(2))))
        .forEach(e -> revoked.note(Scope.TPM, e.getKey(), e.getValue()));
    // And a host under every name that its TPM has.
    tx.list(
            "SELECT hosts.host, since FROM revocations JOIN host_keys former ON former.host = value"
                + " JOIN tpm_keys USING (key_hash) JOIN hosts USING (ek_hash) WHERE scope = 'HOST'",
            row -> Map.entry(row.getString(1), Instant.ofEpochMilli(row.getLong(2))))
        .forEach(e -> revoked.note(Scope.HOST, e.getKey(), e.getValue()));
    return revoked;
  }

  /**
   * The first of the revocations that concern it; each argument but the first two may be null.
   *
   * @param measurements digests with spaces between
   */
  Optional<Instant> since(
      AgentId agent, HostId host, String launch, String tpm, String key, String measurements) {
    if (since.isEmpty()) {
      return Optional.empty();
    }
    Stream<String> measured =
        measurements == null
            ? Stream.empty()
            : Stream.of(measurements.split(" ")).map(m -> Scope.MEASUREMENT + m);
    return Stream.concat(
            Stream.of(
                Scope.AGENT + agent.value(),
                Scope.HOST + host.value(),
                Scope.LAUNCH + launch,
                Scope.TPM + tpm,
                Scope.KEY + key),
            measured)
        .map(since::get)
        .filter(Objects::nonNull)
        .min(Instant::compareTo);
  }

  private void note(Scope scope, String value, Instant at) {
    since.merge(scope + value, at, (a, b) -> a.isBefore(b) ? a : b);
  }
}
