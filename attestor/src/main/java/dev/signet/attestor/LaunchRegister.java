// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.LaunchEvent;
import java.io.Closeable;
import java.io.IOException;

/** The append-only launch register, a PCR, with its log of this boot. */
public final class LaunchRegister implements Closeable {
  LaunchRegister() {}

  public int pcr() {
    throw new UnsupportedOperationException();
  }

  /**
   * Measures an event: intent to disk, TPM2_PCR_Extend, append to the log. When this returns, the
   * event is in the register and in the log; when it throws, the next opening repairs.
   */
  public void append(LaunchEvent event) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** The log of this boot, as it goes into evidence ({@code protocol}, LaunchLog). */
  public Bytes log() throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws IOException {}
}
