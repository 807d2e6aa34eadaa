// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.RequestKey;
import dev.signet.protocol.AttestationResult;
import java.io.IOException;

/** The released request key signs requests itself, in this process's memory. */
final class DirectSigning implements SigningKeys {
  private final RequestKey key;
  private final Attest attest;

  /**
   * @param key owned from now on
   */
  DirectSigning(RequestKey key, Attest attest) {
    this.key = key;
    this.attest = attest;
    FasterSigning.begin(key);
  }

  @Override
  public Answer<AttestationResult> attest() throws IOException, InterruptedException {
    return attest.attest();
  }

  @Override
  public Newest newest() {
    return new Newest(key.publicKey().thumbprint(), key::sign, true);
  }

  @Override
  public void retire() {
    // One key for the whole launch.
  }

  @Override
  public void close() {
    key.close();
  }
}
