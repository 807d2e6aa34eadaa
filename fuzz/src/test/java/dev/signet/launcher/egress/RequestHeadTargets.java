// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests as the egress proxy sees them, in both versions of HTTP. What is planned to be sent on
 * is one request for every recipient: written as HTTP/1.1 and read again, it is the same. In the
 * proxy's package, since nobody else may read for it.
 */
public final class RequestHeadTargets {
  private static final int HEAD_BYTES = 4096;
  private static final int FIELDS = 32;

  /** However long the input is: the proxy gets it in this many reads, too. */
  private static final int PIECES = 64;

  private static final TargetResolver TARGETS =
      new TargetResolver(
          List.of(new Route("api", URI.create("https://api.example.com/v1"))),
          new InetSocketAddress("127.0.0.1", 8090));
  private static final Target TUNNEL = new Target("https", "api.example.com", 443, "/");

  private RequestHeadTargets() {}

  /** A connection's bytes: requests with their bodies, one after the other. */
  public static boolean http1(byte[] input) {
    List<Object> read = read(input, Math.max(1, input.length));
    require(
        read.equals(read(input, 1 + input.length / PIECES)), "other requests if they come slowly");
    boolean accepted = false;
    for (Object part : read) {
      if (part instanceof Problem) {
        return false;
      }
      if (part instanceof RequestHead head) {
        accepted |= plan(head, null) | plan(head, TUNNEL) | isTunnel(head);
      }
    }
    return accepted;
  }

  /** A header section of HTTP/2 after HPACK: lines of {@code name:value}, pseudo-fields first. */
  public static boolean http2(byte[] input) {
    // Netty's own checks are off: what is behind them must hold without them.
    Http2Headers headers = new DefaultHttp2Headers(false);
    for (String line : new String(input, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      int colon = line.indexOf(':', 1);
      if (colon > 0) {
        headers.add(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return http2(headers, true) | http2(headers, false);
  }

  private static boolean http2(Http2Headers headers, boolean ends) {
    RequestHead head;
    try {
      head = Http2Fields.request(headers, ends, "https", FIELDS);
    } catch (RefusedRequestException e) {
      return false;
    }
    require(ends == head.framing() instanceof BodyFraming.None, "a body that is not there");
    return plan(head, TUNNEL);
  }

  /** Heads, bodies as text, ends and at most one problem, in the order in which they come out. */
  private static List<Object> read(byte[] input, int piece) {
    RequestDecoder decoder = new RequestDecoder(HEAD_BYTES, FIELDS);
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    List<Object> all = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (int at = 0; at < input.length; at += piece) {
      // A copy: what comes after it is put behind it.
      channel.writeInbound(Unpooled.copiedBuffer(input, at, Math.min(piece, input.length - at)));
      for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
        if (part instanceof ByteBuf content) {
          require(content.isReadable(), "content of no bytes");
          body.append(content.toString(StandardCharsets.ISO_8859_1));
          content.release();
          continue;
        }
        require(all.isEmpty() || !(all.getLast() instanceof Problem), "read on after a problem");
        if (!body.isEmpty()) {
          all.add(body.toString());
          body.setLength(0);
        }
        all.add(part);
        if (part == RequestDecoder.END) {
          decoder.next();
          channel.writeInbound(Unpooled.EMPTY_BUFFER);
        }
      }
    }
    channel.finishAndReleaseAll();
    return all;
  }

  private static boolean isTunnel(RequestHead head) {
    try {
      Target target = TARGETS.tunnel(head);
      require(target.secure() && target.pathAndQuery().equals("/"), "a tunnel with a path");
      return head.method().equals("CONNECT");
    } catch (RefusedRequestException e) {
      return false;
    }
  }

  private static boolean plan(RequestHead head, Target origin) {
    PlannedRequest planned;
    try {
      planned = PlannedRequest.of(head, TARGETS, origin);
    } catch (RefusedRequestException e) {
      return false;
    }
    Target target = planned.target();
    require(origin == null || target.authority().equals(origin.authority()), "left the tunnel");
    require(planned.fields().getFirst().value().equals(target.authority()), "another Host");
    StringBuilder sent = new StringBuilder();
    sent.append(head.method()).append(' ').append(target.pathAndQuery()).append(" HTTP/1.1\r\n");
    for (Field field : planned.fields()) {
      sent.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
    RequestHead again;
    try {
      again =
          RequestHeadParser.parse(
              sent.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1),
              planned.fields().size());
    } catch (RefusedRequestException e) {
      throw new AssertionError("would send what it refuses itself: " + sent, e);
    }
    require(again.method().equals(head.method()), "another method");
    require(again.target().equals(target.pathAndQuery()), "another target");
    require(again.fields().equals(planned.fields()), "other fields");
    require(again.framing() instanceof BodyFraming.None, "a body that the agent framed");
    require(
        planned.isWebSocket()
            || again.fields().stream().skip(1).noneMatch(field -> FieldRules.isOurs(field.key())),
        "a field that is the proxy's to write");
    return true;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
