// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads a tar archive forward, one entry at a time, to its very end. Where the formats let two
 * readers see two archives (a size in two places, an entry inside another's content), it refuses.
 */
final class TarReader {
  private static final int BUFFER_BYTES = 128 * 1024;

  /** Of one extended header: room for a path, a link and some attributes. */
  private static final int MAX_EXTENSION_BYTES = 1 << 20;

  /** Far more than any limit, and far from where sums of sizes overflow. */
  private static final long MAX_CONTENT_BYTES = 1L << 50;

  private final InputStream in;
  private final byte[] block = new byte[TarHeader.BLOCK_BYTES];
  private final byte[] scratch = new byte[BUFFER_BYTES];
  private long position;
  private long left;
  private long padding;

  TarReader(InputStream in) {
    this.in = new BufferedInputStream(in, BUFFER_BYTES);
  }

  /** The next entry, after skipping what is left of the one before; empty at the archive's end. */
  Optional<TarHeader> next() throws IOException {
    skipRest();
    PaxRecords pax = null;
    byte[] longName = null;
    byte[] longLink = null;
    while (true) {
      readBlock();
      if (isZero(block, block.length)) {
        if (pax != null || longName != null || longLink != null) {
          throw TarHeader.bad("expected an entry after its extended header, got the end");
        }
        requireEnd();
        return Optional.empty();
      }
      TarHeader header = TarHeader.parse(block);
      if (header.size() != 0 && !header.mayHaveContent()) {
        throw TarHeader.bad("expected content in files only, got an entry of another kind with it");
      }
      switch (header.type()) {
        case TarHeader.PAX -> pax = once(pax, PaxRecords.parse(extension(header)));
        case TarHeader.GNU_LONG_NAME -> longName = once(longName, text(extension(header)));
        case TarHeader.GNU_LONG_LINK -> longLink = once(longLink, text(extension(header)));
        case TarHeader.PAX_GLOBAL -> {
          if (PaxRecords.parse(extension(header)).tells()) {
            throw TarHeader.bad("expected no header that changes all entries after it");
          }
        }
        default -> {
          return Optional.of(begin(header, pax, longName, longLink));
        }
      }
    }
  }

  /**
   * Where in the archive the current entry's content is, in bytes, while nothing of it was read.
   */
  long position() {
    return position;
  }

  /** The current entry's content; ends where the entry does. */
  InputStream content() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        return length == 0 ? 0 : readContent(to, offset, length);
      }
    };
  }

  private TarHeader begin(TarHeader header, PaxRecords pax, byte[] longName, byte[] longLink)
      throws RefusedImageException {
    TarHeader h = header;
    if (pax != null) {
      if (longName != null || longLink != null) {
        throw TarHeader.bad("expected pax or GNU headers before an entry, got both");
      }
      long size = pax.number("size", h.size());
      // A reader that does not know pax must not see another archive.
      if (size != h.size() && h.size() != 0) {
        throw TarHeader.bad("expected one size of an entry, got two");
      }
      if (size != 0 && !h.mayHaveContent()) {
        throw TarHeader.bad("expected content in files only, got an entry of another kind with it");
      }
      h =
          new TarHeader(
              h.type(),
              pax.bytes("path", h.name()),
              pax.bytes("linkpath", h.link()),
              h.mode(),
              pax.number("uid", h.uid()),
              pax.number("gid", h.gid()),
              size,
              pax.seconds("mtime", h.modified()));
    }
    h =
        new TarHeader(
            h.type(),
            longName == null ? h.name() : longName,
            longLink == null ? h.link() : longLink,
            h.mode(),
            h.uid(),
            h.gid(),
            h.size(),
            h.modified());
    if (h.size() > MAX_CONTENT_BYTES) {
      throw TarHeader.bad("expected entries of a size that a disk could hold");
    }
    left = h.size();
    padding = -h.size() & (TarHeader.BLOCK_BYTES - 1);
    return h;
  }

  private int readContent(byte[] to, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int read = in.read(to, offset, (int) Math.min(length, left));
    if (read < 0) {
      throw early();
    }
    left -= read;
    position += read;
    return read;
  }

  private void skipRest() throws IOException {
    try {
      in.skipNBytes(left + padding);
    } catch (EOFException e) {
      throw early();
    }
    position += left + padding;
    left = 0;
    padding = 0;
  }

  private byte[] extension(TarHeader header) throws IOException {
    if (header.size() > MAX_EXTENSION_BYTES) {
      throw TarHeader.bad("expected extended headers of at most " + MAX_EXTENSION_BYTES + " bytes");
    }
    byte[] data = in.readNBytes((int) header.size());
    position += data.length;
    padding = -header.size() & (TarHeader.BLOCK_BYTES - 1);
    if (data.length != header.size()) {
      throw early();
    }
    skipRest();
    return data;
  }

  /** Up to the zero byte that GNU tar puts at the end. */
  private static byte[] text(byte[] data) throws RefusedImageException {
    int end = data.length;
    while (end > 0 && data[end - 1] == 0) {
      end--;
    }
    if (end == 0) {
      throw TarHeader.bad("expected a name in a GNU header");
    }
    return Arrays.copyOf(data, end);
  }

  private static <T> T once(T before, T now) throws RefusedImageException {
    if (before != null) {
      throw TarHeader.bad("expected one extended header before an entry, got two");
    }
    return now;
  }

  private void requireEnd() throws IOException {
    readBlock();
    if (!isZero(block, block.length)) {
      throw new RefusedImageException(
          Reason.TRAILING_DATA, "expected two empty blocks at an archive's end, got one");
    }
    for (int read = in.read(scratch); read >= 0; read = in.read(scratch)) {
      if (!isZero(scratch, read)) {
        throw new RefusedImageException(
            Reason.TRAILING_DATA, "expected nothing after a layer's archive, got something");
      }
    }
  }

  private void readBlock() throws IOException {
    if (in.readNBytes(block, 0, block.length) != block.length) {
      throw early();
    }
    position += block.length;
  }

  private static boolean isZero(byte[] data, int length) {
    for (int i = 0; i < length; i++) {
      if (data[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static RefusedImageException early() {
    return TarHeader.bad("expected more, but it ends");
  }
}
