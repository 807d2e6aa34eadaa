// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.io.IOException;
import java.io.InputStream;

/**
 * Takes an image's files while it is being measured. Until {@link ImageRuler#unpack} has returned
 * {@code Measured}, what came may be forged: it goes to a place where nobody uses it yet, and from
 * there away in {@link #discard}.
 */
public interface EntrySink {
  /** A layer begins; whiteouts that follow hide what the layers before it brought. */
  void layer(ImageLayer layer) throws IOException;

  /**
   * Takes one entry.
   *
   * @param content of a file, exactly {@code size} bytes or an exception; valid during the call.
   *     What is not read of it is skipped
   * @throws IOException if it cannot be taken; the image is then not measured
   */
  void entry(LayerEntry entry, InputStream content) throws IOException;

  /** Throws away everything that came. Called once if, and only if, the image is not measured. */
  void discard() throws IOException;
}
