// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads a chunked body (RFC 9112 section 7.1) strictly: sizes in hexadecimal digits only, CR LF
 * everywhere, no chunk extensions, trailers read and dropped. One reader reads one body.
 */
final class ChunkedBodyReader {
  /** Room for any size below the body limit; a longer line is an attack, not a size. */
  private static final int MAX_SIZE_DIGITS = 8;

  private static final int MAX_TRAILER_LINE = 8 * 1024;
  private static final int MAX_TRAILERS = 32;

  private enum State {
    SIZE,
    DATA,
    DATA_END,
    TRAILER,
    DONE
  }

  private State state = State.SIZE;
  private long left;
  private int trailers;

  /** Whether the last chunk and the trailer section were read. */
  boolean done() {
    return state == State.DONE;
  }

  /**
   * Takes the next piece of the body's content.
   *
   * @return retained content, not empty; or null when more bytes must come, or the body is done
   */
  ByteBuf next(ByteBuf in) throws RefusedRequestException {
    while (true) {
      switch (state) {
        case SIZE -> {
          String line = line(in, MAX_SIZE_DIGITS);
          if (line == null) {
            return null;
          }
          left = size(line);
          state = left == 0 ? State.TRAILER : State.DATA;
        }
        case DATA -> {
          if (!in.isReadable()) {
            return null;
          }
          ByteBuf data = in.readRetainedSlice((int) Math.min(left, in.readableBytes()));
          left -= data.readableBytes();
          if (left == 0) {
            state = State.DATA_END;
          }
          return data;
        }
        case DATA_END -> {
          String line = line(in, 0);
          if (line == null) {
            return null;
          }
          state = State.SIZE;
        }
        case TRAILER -> {
          String line = line(in, MAX_TRAILER_LINE);
          if (line == null) {
            return null;
          }
          if (line.isEmpty()) {
            state = State.DONE;
          } else if (++trailers > MAX_TRAILERS) {
            throw new RefusedRequestException(
                EgressReason.FIELDS_TOO_LARGE, "At most " + MAX_TRAILERS + " trailers are read.");
          } else {
            RequestHeadParser.field(line);
          }
        }
        case DONE -> {
          return null;
        }
      }
    }
  }

  private static long size(String line) throws RefusedRequestException {
    if (line.isEmpty() || !line.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80)) {
      throw RefusedRequestException.malformed(
          "A chunk must begin with its size in hexadecimal digits and CR LF, without extension.");
    }
    return Long.parseLong(line, 16);
  }

  /** One line without its CR LF, or null when its end has not come yet. */
  private static String line(ByteBuf in, int max) throws RefusedRequestException {
    int lf =
        in.indexOf(
            in.readerIndex(),
            in.readerIndex() + Math.min(in.readableBytes(), max + 2),
            (byte) '\n');
    if (lf < 0) {
      if (in.readableBytes() >= max + 2) {
        throw RefusedRequestException.malformed(
            "A line of the chunked body is longer than %d bytes, or does not end with CR LF."
                .formatted(max));
      }
      return null;
    }
    int length = lf - in.readerIndex() - 1;
    if (length < 0 || in.getByte(lf - 1) != '\r') {
      throw RefusedRequestException.malformed("A line of the chunked body must end with CR LF.");
    }
    String line = in.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
    if (line.indexOf('\r') >= 0) {
      throw RefusedRequestException.malformed("A line of the chunked body has a bare CR in it.");
    }
    in.skipBytes(2);
    return line;
  }
}
