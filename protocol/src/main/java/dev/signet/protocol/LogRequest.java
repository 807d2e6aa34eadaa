// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which of a host's own logs the verifier wants, in a challenge. A log belongs to one boot: a host
 * that is in another boot than the one named here sends its logs from the start.
 *
 * @param resetCount of the boot that the verifier last accepted of this attestation key
 * @param restartCount of the same
 * @param firmware whether the verifier has that boot's firmware event log
 * @param ima from where on IMA's log is wanted; null for none of it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogRequest(long resetCount, long restartCount, State firmware, Ima ima) {
  /**
   * From where on IMA's log is wanted.
   *
   * @param from bytes of it that the verifier has read, in the boot named here; a host in another
   *     boot sends it from its start
   */
  public record Ima(long from, long resetCount, long restartCount) {
    public Ima {
      if (from < 0) {
        throw new IllegalArgumentException("logs.ima.from: expected 0 or more");
      }
      Require.u32(resetCount, "resetCount");
      Require.u32(restartCount, "restartCount");
    }

    /** Where a host in this boot begins. */
    public long from(long reset, long restart) {
      return reset == resetCount && restart == restartCount ? from : 0;
    }
  }

  /** One that wants none of IMA's log. */
  public LogRequest(long resetCount, long restartCount, State firmware) {
    this(resetCount, restartCount, firmware, null);
  }

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
