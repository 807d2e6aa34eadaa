// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.io.FilterInputStream;
import java.io.IOException;

/** An uncompressed layer, which {@link StoredInput} has hashed already; held to the limits. */
final class PlainInput extends FilterInputStream {
  private final LayerBudget budget;

  PlainInput(StoredInput in, LayerBudget budget) {
    super(in);
    this.budget = budget;
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    budget.spendBytes(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int read = super.read(to, offset, length);
    budget.spendBytes(Math.max(read, 0));
    return read;
  }

  @Override
  public long skip(long n) throws IOException {
    long skipped = super.skip(n);
    budget.spendBytes(skipped);
    return skipped;
  }
}
