// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

/** How far an agent is to be kept apart from its host. */
public enum IsolationMode {
  /**
   * It has a user, a network and file systems of its own, and the signing proxy is its only way
   * out. Where the host does not allow that, there is no launch.
   */
  FULL,
  /**
   * It shares the host's network and file systems, and what it sends past the proxy is not seen.
   */
  NONE
}
