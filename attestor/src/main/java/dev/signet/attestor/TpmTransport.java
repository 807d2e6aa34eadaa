// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.Closeable;
import java.io.IOException;

/** A logical connection to one TPM: the bytes of a command in, the bytes of its response out. */
public interface TpmTransport extends Closeable {
  /**
   * Sends one command and waits for its response.
   *
   * @return exactly one response, its size field equal to its length
   * @throws IOException if the answer did not come whole and in time; it is then unknown whether
   *     the TPM ran the command, and the transport is closed
   */
  byte[] send(byte[] command) throws IOException;
}
