// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import java.io.IOException;
import java.util.Optional;

/** Knows which processes are the agent's. */
@FunctionalInterface
public interface AgentProcesses {
  /**
   * May block, while the agent is starting.
   *
   * @return empty if the process is the agent or descends from it; else what was found, for the log
   * @throws IOException if it cannot be found out, which refuses it
   */
  Optional<String> refusal(long pid) throws IOException;
}
