// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Revocation;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a snapshot revokes, for look-ups. */
final class Revoked {
  private final Map<Revocation.Scope, Set<String>> values = new EnumMap<>(Revocation.Scope.class);

  Revoked(List<Revocation> revocations) {
    for (Revocation revocation : revocations) {
      values.computeIfAbsent(revocation.scope(), s -> new HashSet<>()).add(revocation.value());
    }
  }

  /** The scope under which a token's bearer is revoked, or null. */
  Revocation.Scope scopeOf(VerifiedToken token) {
    if (values.isEmpty()) {
      return null;
    }
    AgentIdentity agent = token.agent();
    if (has(Revocation.Scope.AGENT, agent.agent().value())) {
      return Revocation.Scope.AGENT;
    }
    if (has(Revocation.Scope.LAUNCH, agent.launch().value())) {
      return Revocation.Scope.LAUNCH;
    }
    if (has(Revocation.Scope.KEY, agent.keyThumbprint())) {
      return Revocation.Scope.KEY;
    }
    if (has(Revocation.Scope.HOST, agent.host().value())) {
      return Revocation.Scope.HOST;
    }
    if (has(Revocation.Scope.TPM, token.tpm())) {
      return Revocation.Scope.TPM;
    }
    if (values.containsKey(Revocation.Scope.MEASUREMENT)) {
      for (String measurement : token.measurements()) {
        if (has(Revocation.Scope.MEASUREMENT, measurement)) {
          return Revocation.Scope.MEASUREMENT;
        }
      }
    }
    return null;
  }

  private boolean has(Revocation.Scope scope, String value) {
    Set<String> revoked = values.get(scope);
    return revoked != null && revoked.contains(value);
  }
}
