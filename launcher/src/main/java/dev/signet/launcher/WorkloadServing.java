// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.EgressIdentity;
import dev.signet.launcher.workload.AgentProcesses;
import dev.signet.launcher.workload.SvidSource;
import dev.signet.launcher.workload.WorkloadApi;
import dev.signet.launcher.workload.WorkloadSocket;
import dev.signet.protocol.AgentId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

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
   * With SVIDs of the verifier.
   *
   * @param identity the agent's; gives null as long as there is none
   * @param verifierId the verifier that the host enrolled at
   */
  static WorkloadServing ofVerifier(
      AgentId agent,
      WorkloadSocket socket,
      AgentProcesses peers,
      Supplier<Identity> identity,
      VerifierClient verifier,
      String verifierId,
      VerifierClock clock,
      SecureRandom random) {
    VerifierSvids.Attested attested =
        new VerifierSvids.Attested() {
          @Override
          public Optional<EgressIdentity.Current> current() {
            return Optional.ofNullable(identity.get()).flatMap(Identity::current);
          }

          @Override
          public Optional<String> refused() {
            return Optional.ofNullable(identity.get()).flatMap(Identity::refused);
          }
        };
    return begin(
        socket,
        agent,
        peers,
        new VerifierSvids(verifier, verifierId, attested, clock, random),
        clock,
        random);
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
