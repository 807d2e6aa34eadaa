// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.io.Closeable;

/** Where a proxy notes what became of every exchange. Safe for use by many threads. */
public interface ExchangeLog extends Closeable {
  /** Keeps nothing: for tests and benchmarks of what is noted elsewhere. */
  ExchangeLog NONE =
      new ExchangeLog() {
        @Override
        public ExchangeDraft begin(ExchangeRecord.Kind kind) {
          return ExchangeDraft.ofNobody(kind);
        }

        @Override
        public void close() {}
      };

  /**
   * Begins the note of one exchange, to be ended exactly once by one of the draft's ends; never
   * blocks.
   */
  ExchangeDraft begin(ExchangeRecord.Kind kind);

  /** Writes what was noted and ends; what is noted afterwards is lost. Idempotent. */
  @Override
  void close();
}
