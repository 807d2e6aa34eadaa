// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;

/** A layer as it is stored, held to its size at once and to its digest at its end. */
final class StoredInput extends HashedInput {
  private final ImageLayer layer;

  StoredInput(InputStream in, ImageLayer layer) {
    super(in);
    this.layer = layer;
  }

  @Override
  void counted(int read) throws RefusedImageException {
    if (count() > layer.size()) {
      throw sizeMismatch("more");
    }
  }

  /** To be called when everything has been read. */
  void requireGenuine() throws IOException {
    if (read() >= 0 || count() != layer.size()) {
      throw sizeMismatch(Long.toString(count()));
    }
    Digest is = digest();
    if (!is.equals(layer.digest())) {
      throw new RefusedImageException(
          Reason.DIGEST_MISMATCH, "a layer: expected " + layer.digest() + ", got " + is);
    }
  }

  private RefusedImageException sizeMismatch(String got) {
    return new RefusedImageException(
        Reason.SIZE_MISMATCH,
        "layer " + layer.digest() + ": expected " + layer.size() + " bytes, got " + got);
  }
}
