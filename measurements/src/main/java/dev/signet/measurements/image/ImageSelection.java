// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.util.Optional;

/**
 * Which image of a source is meant.
 *
 * @param digest of its manifest, or of an index that leads to it; without one, the source must hold
 *     one image only
 * @param platform where there are several
 */
public record ImageSelection(Optional<Digest> digest, Optional<Platform> platform) {
  /** The only image that there is. */
  public static ImageSelection only() {
    return new ImageSelection(Optional.empty(), Optional.empty());
  }

  /** The image with this manifest; no index is read then. */
  public static ImageSelection of(Digest manifest) {
    return new ImageSelection(Optional.of(manifest), Optional.empty());
  }

  /** The same, for one platform. */
  public ImageSelection on(Platform wanted) {
    return new ImageSelection(digest, Optional.of(wanted));
  }
}
