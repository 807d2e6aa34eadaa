// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beginning of a tunnel that the agent was granted: TLS, in which this proxy answers as the
 * host, or HTTP in clear, as WebSocket clients send it. What is neither ends the connection.
 */
final class Tunnel extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);

  /** The first byte of a TLS connection: a record of type handshake (RFC 8446 section 5.1). */
  private static final int TLS_HANDSHAKE = 22;

  private final ProxyContext proxy;
  private final Target origin;
  private final SslContext tls;
  private Watchdog watchdog;

  /**
   * @param origin the https target that was asked for
   * @param tls what answers as its host
   */
  Tunnel(ProxyContext proxy, Target origin, SslContext tls) {
    this.proxy = proxy;
    this.origin = origin;
    this.tls = tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    watchdog = new Watchdog(ctx.channel().eventLoop());
    watchdog.watch(proxy.limits().agent(), ctx::close);
    ctx.read();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    watchdog.stop();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!in.isReadable()) {
      return;
    }
    ChannelPipeline pipeline = ctx.pipeline();
    if (in.getByte(in.readerIndex()) == TLS_HANDSHAKE) {
      SslHandler handler = TunnelTls.handler(tls, origin.hostName(), ctx.alloc());
      handler.setHandshakeTimeoutMillis(proxy.limits().connect().toMillis());
      handler.handshakeFuture().addListener(done -> tell(done.cause()));
      pipeline.addLast(handler, new Choice());
    } else {
      AgentConnection.install(pipeline, proxy, origin.inClear());
    }
    pipeline.remove(this);
  }

  /** HTTP/2 or HTTP/1.1, as TLS agreed. */
  private final class Choice extends ApplicationProtocolNegotiationHandler {
    Choice() {
      super(ApplicationProtocolNames.HTTP_1_1);
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String agreed) {
      if (Alpn.isHttp2(agreed)) {
        AgentHttp2.install(ctx.pipeline(), proxy, origin);
      } else {
        AgentConnection.install(ctx.pipeline(), proxy, origin);
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /** The usual cause is a program that does not read the trust files that it was given. */
  private void tell(Throwable cause) {
    if (cause != null) {
      LOG.info(
          "TLS of the agent for {} failed: {}. Does its program trust the authority that it was"
              + " given (SSL_CERT_FILE and the like)?",
          origin.authority(),
          cause.getMessage());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    super.channelReadComplete(ctx);
    ctx.read();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    watchdog.stop();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
