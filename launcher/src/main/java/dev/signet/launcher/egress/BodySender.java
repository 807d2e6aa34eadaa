// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends a spooled body as fast as the upstream takes it, and no faster. */
final class BodySender {
  private static final int PIECE = 64 * 1024;

  private final BodySpool body;
  private final Channel upstream;
  private long position;
  private boolean sent;

  /**
   * @param body what to send, or null
   */
  BodySender(BodySpool body, Channel upstream) {
    this.body = body;
    this.upstream = upstream;
  }

  /** Whether everything was handed to the connection. */
  boolean sent() {
    return sent;
  }

  /** Sends what the connection takes now; to be called again when it takes more. */
  void pump() throws IOException {
    if (sent) {
      return;
    }
    if (body != null && body.inMemory()) {
      upstream.write(new DefaultHttpContent(Unpooled.wrappedBuffer(body.bytes())));
      position = body.length();
    }
    while (body != null && position < body.length() && upstream.isWritable()) {
      int size = (int) Math.min(PIECE, body.length() - position);
      ByteBuffer piece = ByteBuffer.allocate(size);
      body.read(piece, position);
      position += size;
      ByteBuf content = Unpooled.wrappedBuffer(piece.flip());
      upstream.write(new DefaultHttpContent(content));
    }
    if (body == null || position == body.length()) {
      upstream.write(LastHttpContent.EMPTY_LAST_CONTENT);
      sent = true;
    }
    upstream.flush();
  }
}
