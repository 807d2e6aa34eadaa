// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * HTTP/1.1 connections with two bounds that the server itself does not have: so many for one
 * address, and a time from a request's first byte to its last. A read timeout alone lets a peer
 * hold a connection for hours, one byte at a time.
 */
final class WatchedConnections implements ServerConnectionSelector, Http1ConnectionListener {
  private static final long IDLE = Long.MIN_VALUE;

  private final int perAddress;
  private final long requestNanos;
  private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
  private final Map<String, Long> begun = new ConcurrentHashMap<>();
  private Http1ConnectionSelector http1;

  WatchedConnections(int perAddress, Duration requestTimeout) {
    this.perAddress = perAddress;
    this.requestNanos = requestTimeout.toNanos();
  }

  /** Ties the knot: the selector needs this listener in its configuration. */
  WatchedConnections selecting(Http1ConnectionSelector selector) {
    this.http1 = selector;
    return this;
  }

  /** The request on this connection was received whole. */
  void received(String connection) {
    begun.replace(connection, IDLE);
  }

  @Override
  public void data(ConnectionContext ctx, BufferData data) {
    arrived(ctx);
  }

  @Override
  public void data(ConnectionContext ctx, byte[] data, int position, int length) {
    arrived(ctx);
  }

  private void arrived(ConnectionContext ctx) {
    long now = System.nanoTime();
    Long since = begun.computeIfPresent(id(ctx), (k, v) -> v == IDLE ? (Long) now : v);
    if (since != null && now - since > requestNanos) {
      throw new CloseConnectionException("the request took too long to arrive");
    }
  }

  @Override
  public ServerConnection connection(ConnectionContext ctx) {
    ServerConnection inner = http1.connection(ctx);
    String address = address(ctx);
    return new ServerConnection() {
      @Override
      public void handle(Limit limit) throws InterruptedException {
        AtomicInteger count = open.computeIfAbsent(address, a -> new AtomicInteger());
        begun.put(id(ctx), IDLE);
        try {
          if (count.incrementAndGet() > perAddress) {
            throw new CloseConnectionException("too many connections from one address");
          }
          inner.handle(limit);
        } finally {
          begun.remove(id(ctx));
          open.computeIfPresent(address, (a, c) -> c.decrementAndGet() <= 0 ? null : c);
        }
      }

      @Override
      public Duration idleTime() {
        return inner.idleTime();
      }

      @Override
      public void close(boolean interrupt) {
        inner.close(interrupt);
      }
    };
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http1.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  private static String id(ConnectionContext ctx) {
    return ctx.socketId() + " " + ctx.childSocketId();
  }

  private static String address(ConnectionContext ctx) {
    return ctx.remotePeer().address() instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : "?";
  }
}
