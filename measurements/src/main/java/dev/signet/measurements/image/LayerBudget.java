// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;

/** What is left of an image's limits, over all of its layers. */
final class LayerBudget {
  private final ImageLimits limits;
  private long bytes;
  private long entries;

  LayerBudget(ImageLimits limits) {
    this.limits = limits;
    bytes = limits.unpackedBytes();
    entries = limits.entries();
  }

  ImageLimits limits() {
    return limits;
  }

  void spendBytes(long count) throws RefusedImageException {
    bytes -= count;
    if (bytes < 0) {
      throw new RefusedImageException(
          Reason.TOO_LARGE_UNPACKED,
          "expected layers that unpack to at most " + limits.unpackedBytes() + " bytes");
    }
  }

  void spendEntry() throws RefusedImageException {
    if (--entries < 0) {
      throw new RefusedImageException(
          Reason.TOO_MANY_ENTRIES, "expected at most " + limits.entries() + " files and so on");
    }
  }
}
