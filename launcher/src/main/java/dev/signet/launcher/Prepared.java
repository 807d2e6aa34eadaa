// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.launcher.workload.WorkloadSocket;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What will be started, measured and in its private place. Closing it removes it from there. */
interface Prepared extends Closeable {
  /**
   * Opens the namespaces that it will be started in, once and before it is planned.
   *
   * @return empty if none were asked for
   * @throws IOException if this host does not allow it
   */
  Optional<AgentSpace> openSpace() throws IOException, InterruptedException;

  /**
   * Fixes everything that the process will be, once.
   *
   * @param environment variables asked for
   * @param proxy the signing proxy
   * @param trust whom the agent trusts
   */
  AgentPlan plan(Map<String, String> environment, InetSocketAddress proxy, TrustFiles trust)
      throws IOException, InterruptedException;

  /** Where a socket is for the agent, once that is planned. */
  WorkloadSocket socket() throws IOException;

  /** The value of {@code SPIFFE_ENDPOINT_SOCKET}: the same place as the agent sees it. */
  String endpoint();

  /** Starts what was planned. */
  AgentProcess start(Runnable forked) throws IOException, InterruptedException;

  /** The runtime, for people. */
  String runtime();

  /** The agent's arguments. */
  List<String> arguments();
}
