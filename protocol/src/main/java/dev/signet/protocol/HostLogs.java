// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The host's own logs in evidence, as far as the challenge wanted them ({@link LogRequest}).
 *
 * @param firmware the firmware event log, as Linux gives it; null if it was not wanted or the host
 *     has none
 * @param ima a piece of IMA's log; null if it was not wanted or the host has none. It is no part of
 *     the evidence input: it is read after the quote, so that it has all that was quoted, and PCR
 *     10 in the quote proves it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostLogs(Bytes firmware, Ima ima) {
  /** No log at all. */
  public static final HostLogs NONE = new HostLogs(null, null);

  /**
   * Whole entries of IMA's log as the kernel exports it.
   *
   * @param from how many bytes of the log are before them
   * @param more whether the log goes on after them: then the last entry may be cut off
   */
  public record Ima(long from, Bytes log, boolean more) {
    public Ima {
      if (from < 0) {
        throw new IllegalArgumentException("logs.ima.from: expected 0 or more");
      }
      Require.size(log, 0, Limits.IMA_PIECE_BYTES, "logs.ima.log");
    }
  }

  public HostLogs(Bytes firmware) {
    this(firmware, null);
  }

  public HostLogs {
    if (firmware != null) {
      Require.size(firmware, 1, Limits.FIRMWARE_LOG_BYTES, "logs.firmware");
    }
  }

  /** The same with a piece of IMA's log, or without one if it is null. */
  public HostLogs with(Ima piece) {
    return new HostLogs(firmware, piece);
  }

  /** The parts of the evidence input that are about them, in order; empty for what is not there. */
  public List<byte[]> parts() {
    return List.of(firmware == null ? new byte[0] : firmware.toArray());
  }
}
