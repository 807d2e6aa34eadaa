// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.protocol.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Reads the lines of one launch, in order, while its launcher writes them and begins new files. A
 * last line that is not whole yet is waited for.
 */
final class LaunchCursor implements Closeable {
  private static final int PIECE = 64 * 1024;

  private final Path launch;
  private final TrafficReader.Faults faults;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Path path;
  private FileChannel file;
  private boolean tooLong;
  private TrafficLine peeked;

  LaunchCursor(Path launch, TrafficReader.Faults faults) {
    this.launch = launch;
    this.faults = faults;
  }

  /** The next line, which stays the next one; null if there is none at this moment. */
  TrafficLine peek() throws IOException {
    while (peeked == null) {
      Optional<byte[]> next = whole();
      if (next.isEmpty()) {
        return null;
      }
      try {
        peeked = TrafficLine.decode(next.get());
      } catch (MalformedMessageException e) {
        faults.found(path, e.getMessage());
      }
    }
    return peeked;
  }

  TrafficLine next() throws IOException {
    TrafficLine next = peek();
    peeked = null;
    return next;
  }

  private Optional<byte[]> whole() throws IOException {
    while (true) {
      while (piece.hasRemaining()) {
        byte b = piece.get();
        if (b == '\n') {
          byte[] bytes = line.toByteArray();
          line.reset();
          if (!tooLong) {
            return Optional.of(bytes);
          }
          tooLong = false;
          faults.found(path, "a line of more than " + TrafficLine.MAX_BYTES + " bytes");
        } else if (line.size() < TrafficLine.MAX_BYTES) {
          line.write(b);
        } else {
          tooLong = true;
        }
      }
      if (!fill()) {
        return Optional.empty();
      }
    }
  }

  /** Whether there is more to look at. */
  private boolean fill() throws IOException {
    if (file == null) {
      return openAfter();
    }
    if (readOn()) {
      return true;
    }
    List<Path> files = LaunchLogs.files(launch);
    if (files.isEmpty() || files.getLast().compareTo(path) <= 0) {
      return false;
    }
    // The next file is begun when this one is complete; what came in between is read first.
    if (readOn()) {
      return true;
    }
    if (line.size() > 0) {
      faults.found(path, "its last line is not whole");
      line.reset();
      tooLong = false;
    }
    file.close();
    file = null;
    return openAfter();
  }

  private boolean openAfter() throws IOException {
    for (Path next : LaunchLogs.files(launch)) {
      if (path == null || next.compareTo(path) > 0) {
        try {
          file = FileChannel.open(next, StandardOpenOption.READ);
          path = next;
          return true;
        } catch (NoSuchFileException e) { // rotated away: the following one
          continue;
        }
      }
    }
    return false;
  }

  private boolean readOn() throws IOException {
    piece.clear();
    int read = file.read(piece);
    piece.flip();
    return read > 0;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
