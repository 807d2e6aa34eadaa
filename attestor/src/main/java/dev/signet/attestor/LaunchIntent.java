// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;

/**
 * What is about to be extended and appended, on disk before either: after a crash it says how to go
 * on.
 *
 * @param before the register's value
 * @param digest what is extended
 * @param recnum of the log's line
 * @param line the log's line
 */
record LaunchIntent(
    long resetCount, long restartCount, Digest before, Digest digest, long recnum, Bytes line) {
  static final String FILE = "intent.json";

  Digest after() {
    return LaunchLogFile.extended(before, digest);
  }

  boolean isOf(BootClock clock) {
    return resetCount == clock.resetCount() && restartCount == clock.restartCount();
  }
}
