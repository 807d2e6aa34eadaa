// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.attestor.AgentSecrets;
import dev.signet.attestor.SecretName;
import java.io.IOException;

/** Where the proxy finds the secrets that it adds, at each request: they are put anew meanwhile. */
public interface SecretSource extends AutoCloseable {
  /**
   * What is to be added now; the caller closes it. May block.
   *
   * @throws IOException if it cannot be read
   */
  AgentSecrets.Opened find(SecretName name) throws IOException;

  /** Zeroes what it holds. */
  @Override
  default void close() {}
}
