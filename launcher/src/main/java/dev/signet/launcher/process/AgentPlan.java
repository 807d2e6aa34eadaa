// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything that decides what an agent's process will be, fixed before the start so that it can be
 * measured. {@link AgentProcess#start} starts exactly this.
 */
public interface AgentPlan {
  /** The whole command line. */
  List<String> command();

  /** The whole environment of the process that the command starts. */
  Map<String, String> environment();

  Path workingDirectory();

  /** What will separate the agent; the start fails if it turns out otherwise. */
  Isolation isolation();

  /**
   * The last look before the start.
   *
   * @throws IOException if what would run is not what was measured
   */
  void requireUnchanged() throws IOException;

  /**
   * Waits until the kernel shows the agent as it was planned, or the command has ended.
   *
   * @param started what the command started
   * @return the agent's own process: the same, or one below it
   * @throws IOException if the kernel shows another isolation than was planned
   */
  ProcessHandle requireIsolated(Process started) throws IOException;
}
