// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import dev.signet.bench.report.Result;
import java.io.IOException;
import java.util.List;

/** Something that {@code signet bench} measures. */
public interface Measurement {
  /** As it is called on the command line. */
  String name();

  /** One line for the usage. */
  String what();

  /** Whether it runs only when it is named. */
  default boolean isLong() {
    return false;
  }

  /**
   * Measures.
   *
   * @throws IOException if a part does not start or an answer is not the right one
   */
  List<Result> run(Effort effort) throws IOException, InterruptedException;
}
