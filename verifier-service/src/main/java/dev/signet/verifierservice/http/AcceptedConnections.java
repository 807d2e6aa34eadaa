// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections from the moment that TCP has them: so many for one address, and a time for the TLS
 * handshake and the first request line. What the server itself counts, it counts for all addresses
 * together, and it waits for a handshake as long as the peer likes.
 *
 * <p>The server configures each socket on its accepting thread before anything else is done with
 * it, and closes it if that fails: so this is a set of socket options that may say no.
 */
final class AcceptedConnections implements SocketOptions {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptedConnections.class);

  private final SocketOptions options;
  private final int perAddress;
  private final long handshakeNanos;
  private final Map<String, List<Accepted>> peers = new HashMap<>();

  private static final class Accepted {
    private final SocketChannel channel;
    private final SocketAddress remote;
    private final long at;
    private boolean begun;

    Accepted(SocketChannel channel, SocketAddress remote, long at) {
      this.channel = channel;
      this.remote = remote;
      this.at = at;
    }
  }

  /**
   * @param options what sockets are to be given
   * @param perAddress most open at once from one address
   */
  AcceptedConnections(SocketOptions options, int perAddress, Duration handshakeTimeout) {
    this.options = options;
    this.perAddress = perAddress;
    this.handshakeNanos = handshakeTimeout.toNanos();
  }

  @Override
  public void configureSocket(SocketChannel channel) {
    try {
      accept(channel, System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    options.configureSocket(channel);
  }

  private synchronized void accept(SocketChannel channel, long now) throws IOException {
    SocketAddress remote = channel.getRemoteAddress();
    List<Accepted> mine = peers.computeIfAbsent(name(remote), n -> new ArrayList<>());
    if (mine.size() >= perAddress) {
      mine.removeIf(a -> !a.channel.isOpen());
      if (mine.size() >= perAddress) {
        LOG.debug("too many connections from {}", remote);
        throw new IOException("too many connections from one address");
      }
    }
    mine.add(new Accepted(channel, remote, now));
  }

  /** The first request line of this connection is there. */
  synchronized void begun(ConnectionContext ctx) {
    SocketAddress remote = ctx.remotePeer().address();
    for (Accepted accepted : peers.getOrDefault(name(remote), List.of())) {
      // Where two addresses are listened on, two connections may come from one port: it marks both.
      if (accepted.remote.equals(remote)) {
        accepted.begun = true;
      }
    }
  }

  /** Closes what has been without a request for too long, and forgets what is closed. */
  synchronized void sweep() {
    long now = System.nanoTime();
    for (Iterator<List<Accepted>> all = peers.values().iterator(); all.hasNext(); ) {
      List<Accepted> mine = all.next();
      for (Accepted accepted : mine) {
        if (!accepted.begun && now - accepted.at > handshakeNanos) {
          close(accepted.channel);
        }
      }
      mine.removeIf(a -> !a.channel.isOpen());
      if (mine.isEmpty()) {
        all.remove();
      }
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing a connection without a request", e);
    }
  }

  private static String name(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? Peers.name(inet.getAddress()) : "?";
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}
