// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/**
 * Writes whole lines to the numbered files of one launch: a line that could not be written whole is
 * taken back. Used by one thread.
 */
final class LogWriter implements Closeable {
  private final Path launch;
  private final LogSettings.Bounds bounds;
  private FileChannel file;
  private int number;
  private long size;
  private boolean torn;
  private boolean dirty;

  LogWriter(Path launch, LogSettings.Bounds bounds) throws IOException {
    this.launch = launch;
    this.bounds = bounds;
    open(1);
  }

  private void open(int next) throws IOException {
    FileChannel opened =
        FileChannel.open(
            LaunchLogs.file(launch, next),
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            LaunchLogs.OWNER_FILE);
    file = opened;
    number = next;
    size = 0;
    torn = false;
  }

  /**
   * Appends lines that stay together.
   *
   * @throws IOException if they could not be written; then none of them was
   */
  void write(ByteBuffer lines) throws IOException {
    if (torn) {
      takeBack();
    }
    if (size > 0 && size + lines.remaining() > bounds.fileBytes()) {
      rotate();
    }
    int length = lines.remaining();
    dirty = true;
    try {
      while (lines.hasRemaining()) {
        file.write(lines);
      }
      size += length;
    } catch (IOException e) {
      torn = true;
      takeBackNow(e);
      throw e;
    }
  }

  /** Later, if not now: nothing is written before it is done. */
  private void takeBackNow(IOException cause) {
    try {
      takeBack();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void takeBack() throws IOException {
    file.truncate(size);
    file.position(size);
    torn = false;
  }

  private void rotate() throws IOException {
    sync();
    FileChannel full = file;
    open(number + 1);
    full.close();
    List<Path> files = LaunchLogs.files(launch);
    for (Path oldest : files.subList(0, Math.max(0, files.size() - bounds.files()))) {
      Files.deleteIfExists(oldest);
    }
  }

  /** Forces what was written onto the disk. */
  void sync() throws IOException {
    if (dirty) {
      file.force(false);
      dirty = false;
    }
  }

  boolean dirty() {
    return dirty;
  }

  @Override
  public void close() throws IOException {
    FileChannel last = file;
    try (last) {
      sync();
    }
  }
}
