// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Which connection from an address was accepted last: no other one from there can be live. A
 * connection that its peer has reset stays here with the bytes that came, and the kernel may have
 * given the address to another process meanwhile. On the listener's event loop.
 */
final class LatestConnections extends ChannelInboundHandlerAdapter {
  private final Map<SocketAddress, Channel> latest = new HashMap<>();

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Channel accepted = (Channel) message;
    SocketAddress address = accepted.remoteAddress();
    Executor loop = ctx.channel().eventLoop();
    latest.put(address, accepted);
    accepted
        .closeFuture()
        .addListener(closed -> loop.execute(() -> latest.remove(address, accepted)));
    ctx.fireChannelRead(message);
  }

  /**
   * Tells whether a connection is the last from its address, of all that this process had taken
   * from the kernel when it was asked.
   *
   * @param answer called on the listener's event loop
   */
  void ask(Channel connection, Consumer<Boolean> answer) {
    connection
        .parent()
        .eventLoop()
        .execute(() -> answer.accept(latest.get(connection.remoteAddress()) == connection));
  }
}
