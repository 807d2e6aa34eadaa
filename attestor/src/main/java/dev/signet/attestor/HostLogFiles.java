// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.Limits;
import dev.signet.protocol.LogRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the host's own logs of this boot are.
 *
 * @param firmware the firmware event log; empty for none
 * @param ima IMA's log in binary; empty for none
 */
public record HostLogFiles(Optional<Path> firmware, Optional<Path> ima) {
  private static final int PASSED_BYTES = 64 * 1024;

  public static final HostLogFiles NONE = new HostLogFiles(Optional.empty());

  /** A host without IMA. */
  public HostLogFiles(Optional<Path> firmware) {
    this(firmware, Optional.empty());
  }

  /**
   * What goes into evidence: the logs that the verifier lacks.
   *
   * @param wanted as the challenge has it; null for nothing
   * @param boot that the host is in
   * @throws IOException if a log cannot be read or is over its limit
   */
  HostLogs read(LogRequest wanted, BootClock boot) throws IOException {
    if (wanted == null
        || firmware.isEmpty()
        || !wanted.wantsFirmware(boot.resetCount(), boot.restartCount())) {
      return HostLogs.NONE;
    }
    return new HostLogs(read(firmware.get(), Limits.FIRMWARE_LOG_BYTES));
  }

  /**
   * What comes after what the verifier has read of IMA's log. To be read after the quote: the
   * kernel writes down what it measured before it extends PCR 10, so what was quoted is there.
   *
   * @return null where nothing of it is wanted or there is none
   */
  HostLogs.Ima readIma(LogRequest wanted, BootClock boot) throws IOException {
    if (wanted == null || wanted.ima() == null || ima.isEmpty()) {
      return null;
    }
    long from = wanted.ima().from(boot.resetCount(), boot.restartCount());
    try (InputStream in = Files.newInputStream(ima.get())) {
      // A log that is shorter than what was read of it: the verifier will ask from the start.
      pass(in, from);
      byte[] piece = in.readNBytes(Limits.IMA_PIECE_BYTES);
      boolean more = piece.length == Limits.IMA_PIECE_BYTES && in.read() >= 0;
      return new HostLogs.Ima(from, Bytes.of(piece), more);
    } catch (EOFException e) {
      return new HostLogs.Ima(from, Bytes.of(new byte[0]), false);
    }
  }

  /** Reads what is to be skipped: in files of the kernel, whose size is 0, one cannot skip. */
  private static void pass(InputStream in, long bytes) throws IOException {
    byte[] passed = new byte[PASSED_BYTES];
    for (long left = bytes; left > 0; ) {
      int read = in.read(passed, 0, (int) Math.min(left, passed.length));
      if (read < 0) {
        throw new EOFException();
      }
      left -= read;
    }
  }

  /** Files of the kernel tell no size beforehand. */
  private static Bytes read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] log = in.readNBytes(most + 1);
      if (log.length == 0) {
        throw new IOException(file + ": expected the firmware's event log, got an empty file");
      }
      if (log.length > most) {
        throw new IOException(
            ("%s: the firmware's event log has more than the %d bytes that a verifier takes. Pin the"
                    + " PCRs or waive the boot in the agent's registration, and start with"
                    + " --event-log=none")
                .formatted(file, most));
      }
      return Bytes.of(log);
    }
  }
}
