// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.StatementVerifier;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Remembers which envelopes verified under which signers: every renewal brings the same one. A
 * remembered statement may have expired since; the appraisal looks at its validity each time.
 */
final class KnownStatements {
  private static final int SIZE = 1024;

  private record Key(Digest envelope, List<PublicJwk> keys, List<SignerIdentity> identities) {}

  private final TrustedRoot root;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, StatementVerification.Verified> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, StatementVerification.Verified> e) {
          return size() > SIZE;
        }
      };

  /**
   * @param root whose keyless signatures are believed; null if none are
   */
  KnownStatements(TrustedRoot root) {
    this.root = root;
  }

  StatementVerification verify(Bytes envelope, AgentRegistration registration, Instant now) {
    byte[] bytes = envelope.toArray();
    Key key = new Key(Digest.hash(bytes), registration.signers(), registration.identities());
    lock.lock();
    try {
      StatementVerification.Verified before = known.get(key);
      if (before != null) {
        return before;
      }
    } finally {
      lock.unlock();
    }
    StatementVerification result = StatementVerifier.verify(bytes, policy(registration), now);
    if (result instanceof StatementVerification.Verified verified) {
      lock.lock();
      try {
        known.put(key, verified);
      } finally {
        lock.unlock();
      }
    }
    return result;
  }

  private SignerPolicy policy(AgentRegistration registration) {
    return root == null || registration.identities().isEmpty()
        ? SignerPolicy.pinned(registration.signers())
        : SignerPolicy.keyless(registration.signers(), registration.identities(), root);
  }
}
