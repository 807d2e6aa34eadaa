// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.Digest;
import java.io.InputStream;

/** A layer's tar archive as it comes out of decompression, held to the limits. */
final class UnpackedInput extends HashedInput {
  private final ImageLayer layer;
  private final HashedInput stored;
  private final LayerBudget budget;

  /**
   * @param stored what {@code in} decompresses
   */
  UnpackedInput(InputStream in, HashedInput stored, ImageLayer layer, LayerBudget budget) {
    super(in);
    this.stored = stored;
    this.layer = layer;
    this.budget = budget;
  }

  @Override
  void counted(int read) throws RefusedImageException {
    budget.spendBytes(read);
    int ratio = budget.limits().ratio();
    if (count() > ImageLimits.RATIO_FROM_BYTES && count() / ratio > stored.count()) {
      throw new RefusedImageException(
          Reason.COMPRESSION_RATIO,
          "layer "
              + layer.digest()
              + " unpacks to more than "
              + ratio
              + " times what it is: expected no archive made to fill disks");
    }
  }

  /** To be called when everything has been read. */
  void requireGenuine() throws RefusedImageException {
    Digest is = digest();
    if (!is.equals(layer.diffId())) {
      throw new RefusedImageException(
          Reason.DIFF_ID_MISMATCH,
          "a layer's uncompressed content: the configuration names "
              + layer.diffId()
              + ", got "
              + is);
    }
  }
}
