// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One stream to an upstream that speaks HTTP/2, in the words of HTTP/1.1: what {@link
 * UpstreamConnection} is on top of does not matter to an exchange.
 */
final class UpstreamStreamCodec extends ChannelDuplexHandler {
  private record Waiting(Http2Headers headers, ChannelPromise written) {}

  private final Deque<Waiting> head = new ArrayDeque<>(1);
  private boolean answered;

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpRequest request) {
      // Whether the stream ends with the header is known by what is written next.
      head.add(new Waiting(Http2Fields.ofRequest(request, "https"), promise));
      return;
    }
    HttpContent content = (HttpContent) message;
    boolean last = content instanceof LastHttpContent;
    boolean empty = !content.content().isReadable();
    Waiting waiting = head.poll();
    if (waiting != null) {
      ctx.write(new DefaultHttp2HeadersFrame(waiting.headers(), last && empty), waiting.written());
      if (last && empty) {
        content.release();
        promise.setSuccess();
        return;
      }
    }
    ctx.write(new DefaultHttp2DataFrame(content.content(), last), promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
    switch (message) {
      case Http2HeadersFrame frame -> header(ctx, frame);
      case Http2DataFrame frame when !answered -> {
        frame.release();
        throw new IOException("content before an answer's header");
      }
      case Http2DataFrame frame ->
          ctx.fireChannelRead(
              frame.isEndStream()
                  ? new DefaultLastHttpContent(frame.content())
                  : new DefaultHttpContent(frame.content()));
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void header(ChannelHandlerContext ctx, Http2HeadersFrame frame) throws IOException {
    try {
      if (answered) {
        DefaultLastHttpContent end = new DefaultLastHttpContent();
        end.trailingHeaders().add(Http2Fields.trailers(frame.headers()));
        ctx.fireChannelRead(end);
        return;
      }
      HttpResponse response = Http2Fields.response(frame.headers());
      if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
        return;
      }
      answered = true;
      ctx.fireChannelRead(response);
      if (frame.isEndStream()) {
        ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
      }
    } catch (RefusedRequestException e) {
      throw new IOException("the upstream's header is malformed: " + e.getMessage());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame reset) {
      ctx.fireExceptionCaught(
          reset.errorCode() == Http2Error.REFUSED_STREAM.code()
              ? new NotProcessedException("the upstream refused the stream")
              : new IOException("the upstream reset the stream, code " + reset.errorCode()));
    } else if (event instanceof Http2GoAwayFrame) {
      // Told to streams beyond the last one that the upstream has begun with.
      ctx.fireExceptionCaught(new NotProcessedException("the upstream is going away"));
    }
    ReferenceCountUtil.release(event);
  }
}
