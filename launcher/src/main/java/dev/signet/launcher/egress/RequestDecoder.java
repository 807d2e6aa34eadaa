// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Turns the agent's bytes into a {@link RequestHead}, {@link ByteBuf} content, and {@link #END}; or
 * a {@link Problem}, after which the connection is not read again. It stops after each request
 * until {@link #next()}, so that pipelined requests wait instead of overtaking.
 */
final class RequestDecoder extends ByteToMessageDecoder {
  /** Says that the request is complete. */
  static final Object END = new Object();

  private enum State {
    HEAD,
    LENGTH,
    CHUNKED,
    PAUSED,
    BROKEN
  }

  private final int maxHeadBytes;
  private final int maxFields;
  private State state = State.HEAD;
  private long left;
  private int searched;
  private boolean skipped;
  private ChunkedBodyReader chunks;

  RequestDecoder(int maxHeadBytes, int maxFields) {
    this.maxHeadBytes = maxHeadBytes;
    this.maxFields = maxFields;
  }

  /** Whether bytes of a request have come whose header is not complete. */
  boolean midHead() {
    return state == State.HEAD && actualReadableBytes() > 0;
  }

  /** Whether a following request is already here, waiting. */
  boolean holdsBytes() {
    return actualReadableBytes() > 0;
  }

  /** Lets the following request be read. The caller fires a read afterwards. */
  void next() {
    if (state == State.PAUSED) {
      state = State.HEAD;
    }
  }

  /** Reads nothing any more: whatever comes is thrown away. */
  void discard() {
    state = State.BROKEN;
  }

  /** A waiting request is not added to; otherwise as usual, an incomplete one is read on. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (state == State.PAUSED && holdsBytes()) {
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      switch (state) {
        case HEAD -> head(in, out);
        case LENGTH -> length(in, out);
        case CHUNKED -> chunked(in, out);
        case PAUSED -> {}
        case BROKEN -> in.skipBytes(in.readableBytes());
      }
    } catch (RefusedRequestException e) {
      state = State.BROKEN;
      in.skipBytes(in.readableBytes());
      out.add(e.problem());
    }
  }

  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    // Whatever stands unfinished when the agent closes is not a request.
  }

  private void head(ByteBuf in, List<Object> out) throws RefusedRequestException {
    skipEmptyLineBeforeRequest(in);
    int end = endOfHead(in);
    if (end < 0 ? in.readableBytes() > maxHeadBytes : end > maxHeadBytes) {
      throw new RefusedRequestException(
          EgressReason.FIELDS_TOO_LARGE,
          "The request line and header fields are longer than " + maxHeadBytes + " bytes.");
    }
    if (end < 0) {
      return;
    }
    byte[] bytes = new byte[end];
    in.readBytes(bytes);
    searched = 0;
    skipped = false;
    RequestHead head = RequestHeadParser.parse(bytes, maxFields);
    out.add(head);
    switch (head.framing()) {
      case BodyFraming.None() -> finish(out);
      case BodyFraming.Length(long bytesToCome) -> {
        left = bytesToCome;
        state = State.LENGTH;
      }
      case BodyFraming.Chunked() -> {
        chunks = new ChunkedBodyReader();
        state = State.CHUNKED;
      }
    }
  }

  /** RFC 9112 section 2.2: one empty line before a request line is ignored. */
  private void skipEmptyLineBeforeRequest(ByteBuf in) {
    if (!skipped
        && searched == 0
        && in.readableBytes() >= 2
        && in.getByte(in.readerIndex()) == '\r'
        && in.getByte(in.readerIndex() + 1) == '\n') {
      in.skipBytes(2);
      // One, also where each line comes in a packet of its own.
      skipped = true;
    }
  }

  /** Length of the header section with its empty line, or -1; bytes are looked at once only. */
  private int endOfHead(ByteBuf in) {
    int base = in.readerIndex();
    int limit = Math.min(in.readableBytes(), maxHeadBytes + 1);
    for (int i = Math.max(searched, 3); i < limit; i++) {
      if (in.getByte(base + i) == '\n'
          && in.getByte(base + i - 1) == '\r'
          && in.getByte(base + i - 2) == '\n'
          && in.getByte(base + i - 3) == '\r') {
        return i + 1;
      }
    }
    // A lone CR may still be the beginning of an empty line to be ignored.
    searched = limit < 2 ? 0 : limit;
    return -1;
  }

  private void length(ByteBuf in, List<Object> out) {
    if (in.isReadable()) {
      ByteBuf content = in.readRetainedSlice((int) Math.min(left, in.readableBytes()));
      left -= content.readableBytes();
      out.add(content);
    }
    if (left == 0) {
      finish(out);
    }
  }

  private void chunked(ByteBuf in, List<Object> out) throws RefusedRequestException {
    ByteBuf content = chunks.next(in);
    if (content != null) {
      out.add(content);
    } else if (chunks.done()) {
      chunks = null;
      finish(out);
    }
  }

  private void finish(List<Object> out) {
    out.add(END);
    state = State.PAUSED;
  }
}
