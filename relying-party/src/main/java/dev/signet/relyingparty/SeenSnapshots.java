// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.TrustSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The newest snapshot ever seen, in a file, so that a restart does not open the way back. */
final class SeenSnapshots {
  private static final int MAX_BYTES = 1024;

  /** The file's content. The issue time orders renewals of one number. */
  record Mark(long epoch, long number, long iat) implements Comparable<Mark> {
    static Mark of(TrustSnapshot snapshot) {
      return new Mark(snapshot.epoch(), snapshot.number(), snapshot.iat());
    }

    @Override
    public int compareTo(Mark other) {
      int byEpoch = Long.compare(epoch, other.epoch);
      int byNumber = Long.compare(number, other.number);
      return byEpoch != 0 ? byEpoch : byNumber != 0 ? byNumber : Long.compare(iat, other.iat);
    }
  }

  private final Path file;
  private Mark highest;

  private SeenSnapshots(Path file, Mark highest) {
    this.file = file;
    this.highest = highest;
  }

  /**
   * Reads the file; where there is none, nothing was seen.
   *
   * @throws IOException if the file cannot be read or is damaged; deleting it by hand is a decision
   *     to trust whatever snapshot comes next
   */
  static SeenSnapshots open(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new SeenSnapshots(file, new Mark(-1, -1, Long.MIN_VALUE));
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("expected at most " + MAX_BYTES + " bytes in " + file);
    }
    try {
      return new SeenSnapshots(
          file, StrictJson.decode(Files.readAllBytes(file), Mark.class, MAX_BYTES));
    } catch (MalformedMessageException e) {
      throw new IOException(
          "damaged: " + file + "; delete it only if older snapshots may be trusted again", e);
    }
  }

  Mark highest() {
    return highest;
  }

  /** Returns only when the mark would survive a power failure. */
  void raiseTo(Mark mark) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path fresh = Files.createTempFile(directory, file.getFileName().toString(), ".new");
    try {
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer content = ByteBuffer.wrap(StrictJson.encode(mark));
        while (content.hasRemaining()) {
          out.write(content);
        }
        out.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
        entry.force(true);
      }
    } finally {
      Files.deleteIfExists(fresh);
    }
    highest = mark;
  }
}
