// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.LaunchKey;
import dev.signet.attestor.RequestKey;
import dev.signet.protocol.AttestationResult;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Software keys sign requests, a new one with every attestation; the request key vouches for each
 * by signing the evidence that names it.
 */
final class LeasedSigning implements SigningKeys {
  /** One attestation with a lease for a key. */
  @FunctionalInterface
  interface AttestLease {
    Answer<AttestationResult> attest(RequestKey leased) throws IOException, InterruptedException;
  }

  private final LaunchKey key;
  private final Supplier<RequestKey> fresh;
  private final AttestLease attest;
  private RequestKey newest;
  private RequestKey replaced;

  /**
   * @param key owned from now on
   * @param fresh makes a key for a lease
   */
  LeasedSigning(LaunchKey key, Supplier<RequestKey> fresh, AttestLease attest) {
    this.key = key;
    this.fresh = fresh;
    this.attest = attest;
  }

  @Override
  public Answer<AttestationResult> attest() throws IOException, InterruptedException {
    RequestKey leased = fresh.get();
    boolean granted = false;
    try {
      Answer<AttestationResult> answer = attest.attest(leased);
      if (answer instanceof Answer.Granted<AttestationResult>) {
        take(leased);
        granted = true;
      }
      return answer;
    } finally {
      if (!granted) {
        leased.close();
      }
    }
  }

  private synchronized void take(RequestKey leased) {
    retire();
    replaced = newest;
    newest = leased;
    FasterSigning.begin(leased);
  }

  @Override
  public synchronized Newest newest() {
    if (newest == null) {
      throw new IllegalStateException("no lease was granted yet");
    }
    return new Newest(newest.publicKey().thumbprint(), newest::sign, true);
  }

  @Override
  public synchronized void retire() {
    if (replaced != null) {
      replaced.close();
      replaced = null;
    }
  }

  @Override
  public synchronized void close() {
    retire();
    if (newest != null) {
      newest.close();
    }
    key.close();
  }
}
