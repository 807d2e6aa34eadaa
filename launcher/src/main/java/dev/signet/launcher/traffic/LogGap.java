// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import java.time.Instant;

/**
 * Exchanges that took place and could not be noted.
 *
 * @param v {@link TrafficLine#VERSION}
 * @param n number of the first of them
 * @param time when the log could be written again
 * @param count how many: the numbers from n to n + count - 1
 * @param reason why the first of them was lost
 */
public record LogGap(
    int v, LaunchId launch, AgentId agent, long n, String time, long count, Reason reason)
    implements TrafficLine {
  /** Why lines were lost. */
  public enum Reason {
    /** The disk did not keep up with the exchanges. */
    QUEUE_FULL,
    /** The file could not be written, as on a full disk. */
    DISK,
    /** Connections of strangers to the proxy, more than are worth a line each. */
    STRANGERS,
    /** What was noted fits no line: a fault in Signet. */
    FAULT
  }

  public LogGap {
    Check.version(v);
    Check.present(launch, "launch");
    Check.present(agent, "agent");
    Check.present(reason, "reason");
    Check.that(n > 0 && count > 0, "n, count", "numbers from 1");
    LineTime.parse(Check.present(time, "time"));
  }

  @Override
  public Instant ended() {
    return LineTime.parse(time);
  }
}
