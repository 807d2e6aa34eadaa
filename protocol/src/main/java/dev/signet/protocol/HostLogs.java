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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostLogs(Bytes firmware) {
  /** No log at all. */
  public static final HostLogs NONE = new HostLogs(null);

  public HostLogs {
    if (firmware != null) {
      Require.size(firmware, 1, Limits.FIRMWARE_LOG_BYTES, "logs.firmware");
    }
  }

  /** The parts of the evidence input that are about them, in order; empty for what is not there. */
  public List<byte[]> parts() {
    return List.of(firmware == null ? new byte[0] : firmware.toArray());
  }
}
