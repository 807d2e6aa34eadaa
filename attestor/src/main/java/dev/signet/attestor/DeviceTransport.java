// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A Linux TPM device. One write is one command; a response normally comes in one read, since 4.20
 * the kernel may hand it out in parts.
 */
final class DeviceTransport implements TpmTransport {
  private final Path path;
  private final RandomAccessFile file;

  private DeviceTransport(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  static DeviceTransport open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException(
          "no TPM at " + path + ": the machine has none, or the kernel lacks its driver");
    }
    if (!Files.isReadable(path) || !Files.isWritable(path)) {
      throw new IOException(
          "this user may not open " + path + ": it must be in the device's group (often tss)");
    }
    return new DeviceTransport(path, new RandomAccessFile(path.toFile(), "rw"));
  }

  @Override
  public byte[] send(byte[] command) throws IOException {
    TpmFraming.requireCommand(command);
    try {
      file.write(command);
      byte[] buffer = new byte[TpmFraming.MAX];
      int have = 0;
      int want = TpmFraming.HEADER;
      while (have < want) {
        int count = file.read(buffer, have, buffer.length - have);
        if (count <= 0) {
          throw new EOFException(path + " ended in the middle of an answer");
        }
        have += count;
        if (have >= TpmFraming.HEADER) {
          want = TpmFraming.announcedLength(buffer);
        }
      }
      if (have != want) {
        throw new IOException(
            "expected a TPM response of " + want + " bytes from " + path + ", got " + have);
      }
      return Arrays.copyOf(buffer, have);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
