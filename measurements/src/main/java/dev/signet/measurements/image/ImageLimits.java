// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

/**
 * How large an image may be. Over any of these it is refused while it is read.
 *
 * @param documentBytes of a manifest, an index or a configuration
 * @param layers in one image
 * @param layerBytes of one layer as it is stored
 * @param unpackedBytes of all layers together
 * @param entries of all layers together, directories that are only implied among them
 * @param ratio of unpacked to stored bytes of one layer, once it has unpacked to 16 MiB
 * @param depth of a path: names in it
 */
public record ImageLimits(
    int documentBytes,
    int layers,
    long layerBytes,
    long unpackedBytes,
    int entries,
    int ratio,
    int depth) {
  /** Compression of small layers says nothing. */
  static final long RATIO_FROM_BYTES = 16L << 20;

  /** For images as people build them: 64 GiB unpacked, half a million entries. */
  public static ImageLimits standard() {
    return new ImageLimits(4 << 20, 128, 32L << 30, 64L << 30, 500_000, 250, 100);
  }
}
