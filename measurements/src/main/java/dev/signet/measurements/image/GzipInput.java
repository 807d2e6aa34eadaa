// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip (RFC 1952), also of several members. The JDK's own reader leaves what follows
 * the last member unread and unmentioned; here, nothing may follow.
 */
final class GzipInput extends InputStream {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MAX_FIELD_BYTES = 64 * 1024;
  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int FLAGS_RESERVED = 0xe0;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;
  private boolean inMember;
  private boolean finished;

  GzipInput(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    while (!finished) {
      if (!inMember) {
        header();
      }
      int read = inflate(to, offset, length);
      if (read > 0) {
        crc.update(to, offset, read);
        return read;
      }
      if (inflater.finished()) {
        at = end - inflater.getRemaining();
        trailer();
        finished = !fill();
      } else if (inflater.needsDictionary()) {
        throw bad("it wants a dictionary");
      } else if (inflater.needsInput()) {
        if (at == end && !fill()) {
          throw bad("it ends too early");
        }
        inflater.setInput(buffer, at, end - at);
        at = end;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }

  private int inflate(byte[] to, int offset, int length) throws RefusedImageException {
    try {
      return inflater.inflate(to, offset, length);
    } catch (DataFormatException e) {
      throw bad("its data are broken");
    }
  }

  private void header() throws IOException {
    if (next() != 0x1f || next() != 0x8b || next() != 8) {
      throw bad("expected a gzip member, got other bytes");
    }
    int flags = next();
    if ((flags & FLAGS_RESERVED) != 0) {
      throw bad("it uses reserved flags");
    }
    for (int i = 0; i < 6; i++) {
      next(); // time, hints, operating system
    }
    if ((flags & FLAG_EXTRA) != 0) {
      for (int left = next() | next() << 8; left > 0; left--) {
        next();
      }
    }
    if ((flags & FLAG_NAME) != 0) {
      text();
    }
    if ((flags & FLAG_COMMENT) != 0) {
      text();
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      next();
      next();
    }
    inflater.reset();
    inflater.setInput(buffer, at, end - at);
    at = end;
    crc.reset();
    inMember = true;
  }

  private void trailer() throws IOException {
    long sum = word();
    long length = word();
    if (sum != crc.getValue() || length != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw bad("its checksum or length is wrong");
    }
    inMember = false;
  }

  private void text() throws IOException {
    for (int i = 0; next() != 0; i++) {
      if (i == MAX_FIELD_BYTES) {
        throw bad("it has a name or comment without end");
      }
    }
  }

  private long word() throws IOException {
    return next() | next() << 8 | next() << 16 | (long) next() << 24;
  }

  private int next() throws IOException {
    if (at == end && !fill()) {
      throw bad("it ends too early");
    }
    return buffer[at++] & 0xff;
  }

  /** Whether there is another byte. */
  private boolean fill() throws IOException {
    if (at < end) {
      return true;
    }
    at = 0;
    end = Math.max(0, in.read(buffer, 0, buffer.length));
    return end > 0;
  }

  private static RefusedImageException bad(String why) {
    return new RefusedImageException(Reason.BAD_GZIP, "a layer in gzip: " + why);
  }
}
