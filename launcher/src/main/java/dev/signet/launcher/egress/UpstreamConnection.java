// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;

/**
 * One HTTP/1.1 connection to an upstream, for one exchange after the other, or one stream of an
 * HTTP/2 connection, for one exchange.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {

  /** Who waits for the answer. Called on the connection's event loop. */
  interface Listener {
    /** The answer's header; informational ones are not told. */
    void answerBegins(HttpResponse response);

    /** A piece of the answer, to be released by the listener. */
    void answerContent(ByteBuf content);

    /** The answer is complete; the listener gives the connection back or closes it. */
    void answerEnds(HttpHeaders trailers);

    /** Whether the request asked for a WebSocket. */
    boolean mayUpgrade();

    /** The upstream consents; from now on, its connection carries bytes, and is the listener's. */
    void upgraded(HttpResponse response);

    /** Everything that has come so far was told; the listener asks for more when it can take it. */
    void answerPauses();

    /** The connection takes more of the request's body. */
    void requestMayContinue();

    /** The connection ended or broke before the answer's end. */
    void upstreamFailed(Throwable cause);
  }

  private final UpstreamPool pool;
  private final UpstreamPool.Key key;
  private Channel channel;
  private Listener listener;
  private final boolean stream;
  private HttpResponse switching;
  private boolean informational;
  private boolean reusable;
  private boolean used;

  UpstreamConnection(UpstreamPool pool, UpstreamPool.Key key) {
    this(pool, key, false, false);
  }

  private UpstreamConnection(
      UpstreamPool pool, UpstreamPool.Key key, boolean stream, boolean used) {
    this.pool = pool;
    this.key = key;
    this.stream = stream;
    this.used = used;
  }

  /**
   * For a stream.
   *
   * @param used whether its connection has carried others before
   */
  static UpstreamConnection stream(UpstreamPool pool, UpstreamPool.Key key, boolean used) {
    return new UpstreamConnection(pool, key, true, used);
  }

  Channel channel() {
    return channel;
  }

  UpstreamPool.Key key() {
    return key;
  }

  /** Whether it has carried an exchange before, so that its end may be ordinary idle closing. */
  boolean used() {
    return used;
  }

  void begin(Listener exchange) {
    listener = exchange;
    reusable = false;
    channel.config().setAutoRead(false);
  }

  /** Ends the exchange: the connection is kept if both sides allow it, or closed. */
  void release(boolean requestWasSent) {
    listener = null;
    used = true;
    if (!stream && reusable && requestWasSent && channel.isActive()) {
      channel.config().setAutoRead(true);
      pool.keep(this);
    } else {
      channel.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (listener == null) {
      // An answer that nobody asked for would become the next exchange's.
      ReferenceCountUtil.release(message);
      ctx.close();
      return;
    }
    HttpObject part = (HttpObject) message;
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      fail(part.decoderResult().cause());
      return;
    }
    if (message instanceof HttpResponse response) {
      begin(response);
    }
    if (message instanceof HttpContent content) {
      take(content);
    }
  }

  private void begin(HttpResponse response) {
    if (response.status().code() == 101) {
      if (!listener.mayUpgrade()
          || !response.headers().containsValue("upgrade", PlannedRequest.WEB_SOCKET, true)) {
        fail(new IOException("the upstream switched protocols without being asked"));
        return;
      }
      switching = response;
      return;
    }
    informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (!informational) {
      reusable =
          HttpUtil.isKeepAlive(response)
              && (HttpUtil.isTransferEncodingChunked(response)
                  || HttpUtil.isContentLengthSet(response)
                  || response.status().code() == 204
                  || response.status().code() == 304);
      listener.answerBegins(response);
    }
  }

  private void take(HttpContent content) {
    Listener exchange = listener;
    boolean last = content instanceof LastHttpContent;
    if (switching != null) {
      content.release();
      if (last) {
        stepAside(exchange);
      }
      return;
    }
    if (informational || exchange == null) {
      informational &= !last;
      content.release();
      return;
    }
    if (content.content().isReadable()) {
      exchange.answerContent(content.content());
    } else {
      content.release();
    }
    if (last) {
      exchange.answerEnds(((LastHttpContent) content).trailingHeaders());
    }
  }

  private void stepAside(Listener exchange) {
    listener = null;
    exchange.upgraded(switching);
    if (channel.isActive()) {
      channel.pipeline().remove(this);
      // Last: what has come already of the WebSocket goes on to whoever the exchange put there.
      channel.pipeline().remove(HttpClientCodec.class);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (listener != null) {
      listener.answerPauses();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (listener != null && ctx.channel().isWritable()) {
      listener.requestMayContinue();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pool.forget(this);
    fail(new EOFException("the upstream closed the connection"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
  }

  void fail(Throwable cause) {
    Listener exchange = listener;
    listener = null;
    channel.close();
    if (exchange != null) {
      exchange.upstreamFailed(cause);
    }
  }
}
