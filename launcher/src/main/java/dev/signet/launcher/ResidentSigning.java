// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.ResidentKey;
import dev.signet.protocol.AttestationResult;
import java.io.IOException;

/** The TPM signs requests, one after the other, in the order in which they came. */
final class ResidentSigning implements SigningKeys {
  private final ResidentKey key;
  private final Attest attest;
  private final SigningQueue queue;

  /**
   * @param key owned from now on; attestations sign with it past the queue
   */
  ResidentSigning(ResidentKey key, Attest attest) {
    this.key = key;
    this.attest = attest;
    this.queue = SigningQueue.before(key);
  }

  @Override
  public Answer<AttestationResult> attest() throws IOException, InterruptedException {
    return attest.attest();
  }

  @Override
  public Newest newest() {
    return new Newest(key.publicKey().thumbprint(), queue, false);
  }

  @Override
  public void retire() {
    // One key for the whole launch.
  }

  @Override
  public void close() {
    queue.close();
    key.close();
  }
}
