// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/** One signature that somebody waits for. Told of the outcome once. */
public interface SigningJob {
  /** What is to be signed. */
  byte[] data();

  /**
   * @param signature 64 bytes r || s
   */
  void signed(byte[] signature);

  void failed(IOException cause);
}
