// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.workload.AgentProcesses;
import dev.signet.launcher.workload.SvidSource;
import dev.signet.launcher.workload.WorkloadApi;
import dev.signet.launcher.workload.WorkloadSocket;
import dev.signet.protocol.AgentId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Brings the Workload API up beside the other steps of a launch: a JVM takes some hundred
 * milliseconds to load gRPC. Where nobody asked for it, nothing of it is loaded.
 */
final class WorkloadServing implements AutoCloseable {
  private final CompletableFuture<WorkloadApi> api = new CompletableFuture<>();

  private WorkloadServing() {}

  static WorkloadServing begin(
      WorkloadSocket socket,
      AgentId agent,
      AgentProcesses peers,
      SvidSource source,
      InstantSource clock,
      SecureRandom random) {
    WorkloadServing serving = new WorkloadServing();
    Thread.ofPlatform()
        .daemon()
        .name("signet-workload-start")
        .start(
            () -> {
              try {
                serving.api.complete(
                    WorkloadApi.start(socket, agent, peers, source, clock, random));
              } catch (IOException | RuntimeException | LinkageError e) {
                serving.api.completeExceptionally(e);
              }
            });
    return serving;
  }

  /**
   * Waits until it is there.
   *
   * @throws IOException if it could not be brought up
   */
  void await() throws IOException, InterruptedException {
    try {
      api.get();
    } catch (ExecutionException e) {
      throw new IOException(
          "the Workload API could not be served: " + e.getCause().getMessage(), e.getCause());
    }
  }

  @Override
  public void close() {
    // Also if it comes up only now.
    api.thenAccept(WorkloadApi::close);
  }
}
