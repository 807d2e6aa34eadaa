// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Connections for tunnels that pass through: nothing of them is read here, or signed. */
final class PassThrough {
  private PassThrough() {}

  /** A connection to the first address that answers; nothing is read of it before it is tied. */
  static Promise<Channel> connect(
      EventLoop loop, EgressLimits limits, List<InetAddress> addresses, int port) {
    Promise<Channel> ready = loop.newPromise();
    connect(loop, limits, addresses, 0, port, ready);
    return ready;
  }

  private static void connect(
      EventLoop loop,
      EgressLimits limits,
      List<InetAddress> addresses,
      int index,
      int port,
      Promise<Channel> ready) {
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limits.connect().toMillis())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.AUTO_READ, false)
        .handler(new ChannelInboundHandlerAdapter())
        .connect(new InetSocketAddress(addresses.get(index), port))
        .addListener(
            connected -> {
              if (connected.isSuccess()) {
                ready.trySuccess(((ChannelFuture) connected).channel());
              } else if (index + 1 < addresses.size()) {
                connect(loop, limits, addresses, index + 1, port, ready);
              } else {
                ready.tryFailure(connected.cause());
              }
            });
  }
}
