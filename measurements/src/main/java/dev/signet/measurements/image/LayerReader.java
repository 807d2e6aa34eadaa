// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads one layer to its end: entries to the sink first, then what they were is checked. */
final class LayerReader {
  private LayerReader() {}

  /**
   * @param in the layer as stored
   * @throws RefusedImageException if it is not the layer that was named, or hostile
   */
  static void read(InputStream in, ImageLayer layer, LayerBudget budget, Optional<EntrySink> sink)
      throws IOException {
    boolean compressed = MediaTypes.GZIP_LAYERS.contains(layer.mediaType());
    StoredInput stored = new StoredInput(in, layer);
    if (!compressed) {
      if (!layer.digest().equals(layer.diffId())) {
        throw new RefusedImageException(
            Reason.DIFF_ID_MISMATCH,
            "an uncompressed layer: the manifest names "
                + layer.digest()
                + ", the configuration "
                + layer.diffId());
      }
      entries(new PlainInput(stored, budget), layer, budget, sink);
      stored.requireGenuine();
      return;
    }
    try (GzipInput gzip = new GzipInput(stored)) {
      UnpackedInput unpacked = new UnpackedInput(gzip, stored, layer, budget);
      entries(unpacked, layer, budget, sink);
      stored.requireGenuine();
      unpacked.requireGenuine();
    }
  }

  private static void entries(
      InputStream archive, ImageLayer layer, LayerBudget budget, Optional<EntrySink> sink)
      throws IOException {
    TarReader tar = new TarReader(archive);
    LayerPaths paths = new LayerPaths(budget);
    Optional<TarHeader> next = tar.next();
    while (next.isPresent()) {
      LayerEntry entry = paths.admit(next.get());
      if (sink.isPresent()) {
        sink.get().entry(entry, tar.content());
      }
      next = tar.next();
    }
  }
}
