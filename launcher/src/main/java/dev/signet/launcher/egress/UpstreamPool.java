// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connections to upstreams on one event loop, used again while they are fresh. */
final class UpstreamPool {
  private static final int MAX_ANSWER_HEAD = 64 * 1024;
  private static final int MAX_PIECE = 64 * 1024;

  /**
   * Connections with equal keys can serve each other's requests.
   *
   * @param http2 whether it may be HTTP/2
   */
  record Key(boolean secure, HostPort upstream, String host, int port, boolean http2) {
    static Key of(Target target, boolean http2) {
      return new Key(target.secure(), HostPort.of(target), target.hostName(), target.port(), http2);
    }
  }

  /**
   * @param since a time of the event loop's ticker
   */
  private record Idle(UpstreamConnection connection, long since) {}

  private final EventLoop loop;
  private final UpstreamTls tls;
  private final EgressLimits limits;

  /** Those that are unused for the longest time first. */
  private final Deque<Idle> idle = new ArrayDeque<>();

  private boolean sweeping;
  private final List<UpstreamHttp2> shared = new ArrayList<>();

  UpstreamPool(EventLoop loop, UpstreamTls tls, EgressLimits limits) {
    this.loop = loop;
    this.tls = tls;
    this.limits = limits;
  }

  /**
   * What carries one exchange: a connection that is there, or a new one to the first address that
   * answers.
   *
   * @param fresh to have a new one in any case
   */
  Promise<UpstreamConnection> take(Key key, List<InetAddress> addresses, boolean fresh) {
    Promise<UpstreamConnection> ready = loop.newPromise();
    if (!fresh) {
      UpstreamConnection kept = takeKept(key);
      if (kept != null) {
        return ready.setSuccess(kept);
      }
      for (UpstreamHttp2 connection : shared) {
        if (connection.key().equals(key) && connection.takesMore()) {
          connection.open(ready);
          return ready;
        }
      }
    }
    connect(key, addresses, 0, ready);
    return ready;
  }

  /** A kept connection, the most recently used one; or null. */
  private UpstreamConnection takeKept(Key key) {
    for (var i = idle.descendingIterator(); i.hasNext(); ) {
      Idle candidate = i.next();
      if (candidate.connection().key().equals(key)) {
        i.remove();
        return candidate.connection();
      }
    }
    return null;
  }

  private void connect(
      Key key, List<InetAddress> addresses, int index, Promise<UpstreamConnection> ready) {
    UpstreamConnection connection = new UpstreamConnection(this, key);
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limits.connect().toMillis())
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                install(channel, key, connection);
              }
            })
        .connect(new InetSocketAddress(addresses.get(index), key.port()))
        .addListener(
            connected -> {
              if (connected.isSuccess()) {
                whenSecured(((ChannelFuture) connected).channel(), key, connection, ready);
              } else if (index + 1 < addresses.size()) {
                connect(key, addresses, index + 1, ready);
              } else {
                ready.tryFailure(connected.cause());
              }
            });
  }

  private void install(Channel channel, Key key, UpstreamConnection connection) {
    if (key.secure()) {
      SslHandler handler =
          tls.context(key.upstream(), key.http2())
              .newHandler(channel.alloc(), key.host(), key.port());
      handler.setHandshakeTimeoutMillis(limits.connect().toMillis());
      channel.pipeline().addLast(handler);
    }
    if (key.secure()) {
      channel.pipeline().addLast(new NotReady());
    } else {
      speakHttp1(channel, connection);
    }
  }

  private static void speakHttp1(Channel channel, UpstreamConnection connection) {
    channel
        .pipeline()
        .addLast(
            new HttpClientCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_PIECE)
                    .setMaxHeaderSize(MAX_ANSWER_HEAD)
                    .setMaxChunkSize(MAX_PIECE),
                false,
                false),
            connection);
  }

  private void whenSecured(
      Channel channel, Key key, UpstreamConnection connection, Promise<UpstreamConnection> ready) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    if (handler == null) {
      ready.trySuccess(connection);
      return;
    }
    handler
        .handshakeFuture()
        .addListener(
            secured -> {
              if (!secured.isSuccess()) {
                ready.tryFailure(secured.cause());
                return;
              }
              channel.pipeline().remove(NotReady.class);
              if (Alpn.isHttp2(handler.applicationProtocol())) {
                UpstreamHttp2 http2 = UpstreamHttp2.install(this, key, channel, MAX_ANSWER_HEAD);
                shared.add(http2);
                http2.open(ready);
              } else {
                speakHttp1(channel, connection);
                ready.trySuccess(connection);
              }
            });
  }

  /** How long what is unused is kept. */
  Duration idleTime() {
    return limits.upstreamIdle();
  }

  void forget(UpstreamHttp2 connection) {
    shared.remove(connection);
  }

  void keep(UpstreamConnection connection) {
    if (idle.size() >= limits.idleUpstreams()) {
      idle.removeFirst().connection().channel().close();
    }
    idle.addLast(new Idle(connection, loop.ticker().nanoTime()));
    if (!sweeping) {
      sweepIn(limits.upstreamIdle().toNanos());
    }
  }

  private void sweepIn(long nanos) {
    sweeping = true;
    loop.schedule(this::sweep, nanos, TimeUnit.NANOSECONDS);
  }

  /** One timer for all, since a connection is kept and taken with every exchange. */
  private void sweep() {
    long now = loop.ticker().nanoTime();
    long life = limits.upstreamIdle().toNanos();
    sweeping = false;
    while (!idle.isEmpty()) {
      long left = life - (now - idle.getFirst().since());
      if (left > 0) {
        sweepIn(left);
        return;
      }
      idle.removeFirst().connection().channel().close();
    }
  }

  void forget(UpstreamConnection connection) {
    idle.removeIf(kept -> kept.connection() == connection);
  }
}
