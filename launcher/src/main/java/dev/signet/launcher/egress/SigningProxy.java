// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.RefusalNotices;
import dev.signet.launcher.traffic.ExchangeLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The proxy through which one agent reaches the network: it signs every request that it forwards,
 * and forwards nothing that is unsigned or not permitted. It serves absolute {@code http://}
 * targets, the configured routes, and {@code https://} in tunnels whose other end it is itself, on
 * a loopback port of its own, for the agent's processes only.
 */
public final class SigningProxy implements Closeable {
  private static final int MAX_LOOPS = 4;

  private final EventLoopGroup loops;
  private final ExecutorService blocking;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final EgressStats stats = new EgressStats();
  private final EgressLimits limits;
  private final ExchangeLog exchanges;
  private final Channel listener;
  private final Consumer<String> refusals;
  private final RefusalNotices notices;
  private volatile ProxyContext context;

  private SigningProxy(
      ProxySettings settings,
      ServerSocketChannel port,
      EgressIdentity identity,
      PeerCheck peers,
      Clock clock,
      SecureRandom random)
      throws IOException {
    limits = settings.limits();
    exchanges = settings.exchanges();
    UpstreamTls tls = new UpstreamTls(settings.extraRoots(), settings.clientCertificates());
    blocking = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("egress-", 0).factory());
    refusals = settings.refusals();
    notices =
        new RefusalNotices(text -> blocking.execute(() -> refusals.accept(text)), System::nanoTime);
    if (settings.routes().stream().anyMatch(Route::isHttps)) {
      tls.prepare(blocking);
    }
    loops =
        new MultiThreadIoEventLoopGroup(
            Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()),
            new DefaultThreadFactory("egress", true),
            NioIoHandler.newFactory());
    LatestConnections latest = new LatestConnections();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(() -> new NioServerSocketChannel(port))
            .handler(latest)
            // Nobody is accepted before the context is there.
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new PeerGate(context, connections, latest));
                  }
                })
            .register()
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stopThreads();
      throw new IOException("the proxy's port could not be served", bound.cause());
    }
    listener = bound.channel();
    context =
        new ProxyContext(
            limits,
            new TargetResolver(settings.routes(), address()),
            new PermissionGate(settings.policy(), notices),
            new AddedCredentials(settings.credentials()),
            new RequestSigning(identity, clock, random),
            peers,
            stats,
            settings.exchanges(),
            clock,
            settings.spoolDirectory(),
            tls,
            settings.interception(),
            blocking);
    listener.config().setAutoRead(true);
  }

  /**
   * Opens a loopback port and serves it until {@link #close()}.
   *
   * @param identity asked anew at each request
   * @param peers asked once for each connection
   * @throws IOException if the port cannot be opened or the extra TLS roots cannot be read
   */
  public static SigningProxy start(
      ProxySettings settings,
      EgressIdentity identity,
      PeerCheck peers,
      Clock clock,
      SecureRandom random)
      throws IOException {
    return start(settings, LoopbackPort.open(), identity, peers, clock, random);
  }

  /**
   * The same on a port that is open, in whatever network it is.
   *
   * @param port bound to 127.0.0.1; closed with the proxy, also if it could not be started
   */
  public static SigningProxy start(
      ProxySettings settings,
      ServerSocketChannel port,
      EgressIdentity identity,
      PeerCheck peers,
      Clock clock,
      SecureRandom random)
      throws IOException {
    SigningProxy proxy = null;
    try {
      proxy = new SigningProxy(settings, port, identity, peers, clock, random);
      return proxy;
    } finally {
      if (proxy == null) {
        port.close();
      }
    }
  }

  /** Where the agent reaches the proxy: 127.0.0.1 and a port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** The local base address of a route, without a slash at its end. */
  public URI routeAddress(String name) {
    return URI.create("http://127.0.0.1:" + address().getPort() + "/" + name);
  }

  public EgressStats stats() {
    return stats;
  }

  /**
   * Stops accepting, lets running exchanges end for at most the drain time, then cuts them off.
   * Returns when everything is closed.
   */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    for (Channel channel : connections) {
      channel.eventLoop().execute(() -> drain(channel));
    }
    connections
        .newCloseFuture()
        .awaitUninterruptibly(limits.drain().toMillis(), TimeUnit.MILLISECONDS);
    connections.close().awaitUninterruptibly();
    context.credentials().close();
    stopThreads();
    notices.rest().ifPresent(refusals);
    exchanges.close();
  }

  private static void drain(Channel channel) {
    AgentConnection connection = channel.pipeline().get(AgentConnection.class);
    if (connection == null) {
      channel.close();
    } else {
      connection.drain();
    }
  }

  private void stopThreads() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    blocking.shutdownNow();
  }
}
