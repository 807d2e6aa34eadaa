// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.launcher.egress.ProcessTreePeerCheck;
import dev.signet.protocol.AgentId;
import io.spiffe.workloadapi.DefaultWorkloadApiClient;
import io.spiffe.workloadapi.DefaultX509Source;
import io.spiffe.workloadapi.WorkloadApiClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalInt;

/** A Workload API whose agent is this process, unless told otherwise. */
final class ServedApi implements AutoCloseable {
  static final AgentId AGENT = new AgentId("spiffe://" + TestAuthority.TRUST_DOMAIN + "/agent/one");

  final TestAuthority authority;
  final Path socket;
  private final AgentId agent;
  private final ProcessHandle process;
  private WorkloadApi api;

  ServedApi(AgentId agent, TestAuthority authority, ProcessHandle process) throws Exception {
    this.agent = agent;
    this.authority = authority;
    this.process = process;
    this.socket = Files.createTempDirectory("sgw").resolve("workload.sock");
    start();
  }

  static ServedApi of(Duration life) throws Exception {
    return new ServedApi(AGENT, new TestAuthority(AGENT, life), ProcessHandle.current());
  }

  void start() throws Exception {
    ProcessTreePeerCheck peers = new ProcessTreePeerCheck();
    peers.admit(process);
    api =
        WorkloadApi.start(
            new WorkloadSocket(socket, OptionalInt.empty()),
            agent,
            peers::refusal,
            authority,
            Clock.systemUTC(),
            new SecureRandom());
  }

  void stop() {
    api.close();
  }

  String endpoint() {
    return WorkloadSocket.endpoint(socket);
  }

  WorkloadApiClient client() throws Exception {
    return DefaultWorkloadApiClient.newClient(
        DefaultWorkloadApiClient.ClientOptions.builder()
            .spiffeSocketPath("unix:" + socket)
            .build());
  }

  DefaultX509Source x509(Duration patience) throws Exception {
    return DefaultX509Source.newSource(
        DefaultX509Source.X509SourceOptions.builder()
            .workloadApiClient(client())
            .initTimeout(patience)
            .build());
  }

  @Override
  public void close() throws java.io.IOException {
    stop();
    Files.deleteIfExists(socket);
    Files.delete(socket.getParent());
  }
}
