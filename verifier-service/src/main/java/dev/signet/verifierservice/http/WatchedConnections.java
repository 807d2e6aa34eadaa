// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * HTTP/1.1 connections with a bound that the server itself does not have: a time from a request's
 * first byte to its last. A read timeout alone lets a peer hold a connection for hours, one byte at
 * a time.
 */
final class WatchedConnections
    implements ServerConnectionSelector, Http1ConnectionListener, AutoCloseable {
  private static final long IDLE = Long.MIN_VALUE;

  private final AcceptedConnections accepted;
  private final long requestNanos;
  private final Map<String, Watched> open = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("signet-slow-requests").daemon().factory());
  private Http1ConnectionSelector http1;

  private static final class Watched {
    private final ServerConnection connection;
    private volatile long begun = IDLE;

    Watched(ServerConnection connection) {
      this.connection = connection;
    }
  }

  /**
   * @param accepted told of each connection on which a request begins, and swept with these
   * @param every time between two sweeps
   */
  WatchedConnections(AcceptedConnections accepted, Duration requestTimeout, Duration every) {
    this.accepted = accepted;
    this.requestNanos = requestTimeout.toNanos();
    sweeper.scheduleWithFixedDelay(
        this::sweep, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ties the knot: the selector needs this listener in its configuration. */
  WatchedConnections selecting(Http1ConnectionSelector selector) {
    this.http1 = selector;
    return this;
  }

  /** The request on this connection was received whole. */
  void received(ServerRequest request) {
    // What a connection calls its child socket is the request's own.
    Watched watched = open.get(id(request.serverSocketId(), request.socketId()));
    if (watched != null) {
      watched.begun = IDLE;
    }
  }

  /** The request line was read: from now on the rest has its time. */
  @Override
  public void prologue(ConnectionContext ctx, HttpPrologue prologue) {
    accepted.begun(ctx);
    Watched watched = open.get(id(ctx));
    if (watched != null) {
      watched.begun = System.nanoTime();
    }
  }

  private void sweep() {
    accepted.sweep();
    long now = System.nanoTime();
    for (Watched watched : open.values()) {
      long begun = watched.begun;
      if (begun != IDLE && now - begun > requestNanos) {
        watched.connection.close(true);
      }
    }
  }

  @Override
  public void close() {
    sweeper.shutdownNow();
  }

  @Override
  public ServerConnection connection(ConnectionContext ctx) {
    ServerConnection inner = http1.connection(ctx);
    Watched watched = new Watched(inner);
    return new ServerConnection() {
      @Override
      public void handle(Limit limit) throws InterruptedException {
        open.put(id(ctx), watched);
        try {
          inner.handle(limit);
        } finally {
          open.remove(id(ctx));
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
    return id(ctx.socketId(), ctx.childSocketId());
  }

  private static String id(String server, String connection) {
    return server + " " + connection;
  }
}
