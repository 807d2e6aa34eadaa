// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the server's acceptor: a connection is not registered, so that not a byte of it is
 * read, until its peer is known to be the agent. Others are closed without a word.
 */
final class PeerGate extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PeerGate.class);

  private final AgentProcesses agent;
  private final int most;
  private final Executor blocking;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param most connections at one time, those included that are being looked at
   * @param blocking where the look may wait
   */
  PeerGate(AgentProcesses agent, int most, Executor blocking) {
    this.agent = agent;
    this.most = most;
    this.blocking = blocking;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    EpollDomainSocketChannel connection = (EpollDomainSocketChannel) message;
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      LOG.warn("refused a connection to the Workload API: {} are open", most);
      connection.unsafe().closeForcibly();
      return;
    }
    connection.closeFuture().addListener(closed -> open.decrementAndGet());
    blocking.execute(() -> look(ctx, connection));
  }

  private void look(ChannelHandlerContext ctx, EpollDomainSocketChannel connection) {
    Optional<String> refusal;
    try (PeerProcess peer = PeerProcess.of(connection)) {
      refusal = peer.refusal(agent);
    } catch (IOException e) {
      refusal = Optional.of("the peer could not be looked up: " + e);
    } catch (RuntimeException e) {
      // It must be closed all the same.
      refusal = Optional.of("fault while the peer was looked up: " + e);
    }
    if (refusal.isPresent()) {
      LOG.warn("refused a connection to the Workload API: {}", refusal.get());
      connection.unsafe().closeForcibly();
    } else {
      ctx.executor().execute(() -> ctx.fireChannelRead(connection));
    }
  }
}
