// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.TrustFiles;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** What will be started, measured and in its private place. Closing it removes it from there. */
interface Prepared extends Closeable {
  /**
   * Fixes everything that the process will be, once.
   *
   * @param environment variables asked for
   * @param proxy the signing proxy
   * @param trust whom the agent trusts
   */
  AgentPlan plan(Map<String, String> environment, InetSocketAddress proxy, TrustFiles trust)
      throws IOException, InterruptedException;

  /** Starts what was planned. */
  AgentProcess start(Runnable forked) throws IOException, InterruptedException;

  /** The runtime, for people. */
  String runtime();

  /** The agent's arguments. */
  List<String> arguments();
}
