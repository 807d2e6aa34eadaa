// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which of a host's own logs the verifier wants, in a challenge. A log belongs to one boot: a host
 * that is in another boot than the one named here sends its logs from the start.
 *
 * @param resetCount of the boot that the verifier last accepted of this attestation key
 * @param restartCount of the same
 * @param firmware whether the verifier has that boot's firmware event log
 */
public record LogRequest(long resetCount, long restartCount, State firmware) {
  public LogRequest {
    Require.u32(resetCount, "resetCount");
    Require.u32(restartCount, "restartCount");
    Require.present(firmware, "firmware");
  }

  /** Of a log that does not change within a boot. */
  public enum State {
    /** To be sent with the evidence, by a host that has one. */
    @JsonProperty("wanted")
    WANTED,
    /** Not to be sent again. */
    @JsonProperty("known")
    KNOWN
  }

  /** Whether it is about this boot. */
  public boolean isOf(long reset, long restart) {
    return reset == resetCount && restart == restartCount;
  }

  /** Whether a host in this boot is to send its firmware event log. */
  public boolean wantsFirmware(long reset, long restart) {
    return firmware == State.WANTED || !isOf(reset, restart);
  }
}
