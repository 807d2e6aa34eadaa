// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.AgentId;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The SPIFFE Workload API on a UNIX socket, for one agent's processes. */
public final class WorkloadApi implements AutoCloseable {
  /** Every client keeps one; an agent has a handful of clients. */
  private static final int CONNECTIONS = 64;

  private static final int CALLS_OF_A_CONNECTION = 64;
  private static final int MESSAGE_BYTES = 32 * 1024;
  private static final int HEADER_BYTES = 8 * 1024;
  private static final long PATIENCE_SECONDS = 2;

  private final Server server;
  private final WorkloadService service;
  private final EventLoopGroup loop;
  private final ExecutorService calls;

  private WorkloadApi(
      Server server, WorkloadService service, EventLoopGroup loop, ExecutorService calls) {
    this.server = server;
    this.service = service;
    this.loop = loop;
    this.calls = calls;
  }

  /**
   * Serves, until closed.
   *
   * @param socket where nothing is yet; whoever may reach it
   * @param peers asked for each connection
   * @param source asked when the agent asks
   * @param clock the verifier's time
   * @throws IOException if there cannot be such a socket
   */
  public static WorkloadApi start(
      WorkloadSocket socket,
      AgentId agent,
      AgentProcesses peers,
      SvidSource source,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException(
          "the Workload API needs Netty's epoll transport, which this host does not load: "
              + Epoll.unavailabilityCause().getMessage());
    }
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("signet-workload-api", true), EpollIoHandler.newFactory());
    PeerGate gate = new PeerGate(peers, CONNECTIONS, calls);
    WorkloadService service = new WorkloadService(agent, source, clock, random);
    Server server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.path().toFile()))
            .channelFactory(
                () -> {
                  EpollServerDomainSocketChannel listening = new EpollServerDomainSocketChannel();
                  listening.pipeline().addLast(gate);
                  return listening;
                })
            // gRPC sets it for TCP; this kind of socket has none.
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .executor(calls)
            .maxConcurrentCallsPerConnection(CALLS_OF_A_CONNECTION)
            .maxInboundMessageSize(MESSAGE_BYTES)
            .maxInboundMetadataSize(HEADER_BYTES)
            .addService(ServerInterceptors.intercept(service.definition(), new SecurityHeader()))
            .build();
    WorkloadApi api = new WorkloadApi(server, service, loop, calls);
    boolean open = false;
    try {
      server.start();
      socket.letIn();
      open = true;
      return api;
    } finally {
      if (!open) {
        api.close();
      }
    }
  }

  /** Ends every stream with UNAVAILABLE, and takes the socket away. */
  @Override
  public void close() {
    server.shutdown();
    service.close();
    try {
      if (!server.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    loop.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS);
    calls.shutdownNow();
  }
}
