// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.io.IOException;

/** Writes results as they come. */
public interface Report {
  void machine(Machine machine) throws IOException;

  void result(Result result) throws IOException;
}
