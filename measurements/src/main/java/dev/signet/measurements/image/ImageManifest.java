// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.util.ArrayList;
import java.util.List;

/** An image manifest (OCI image specification 1.1, or Docker's version 2, schema 2). */
record ImageManifest(Descriptor config, List<Descriptor> layers) {
  private static final String WHAT = "image manifest";

  static ImageManifest parse(byte[] bytes, ImageLimits limits) throws RefusedImageException {
    JsonNode json = Documents.json(bytes, Reason.BAD_IMAGE_MANIFEST, WHAT);
    // One document must not be a manifest to one reader and an index to another.
    if (json.has("manifests") || json.has("fsLayers") || json.has("signatures")) {
      throw bad("expected config and layers, but it has members of another kind of document");
    }
    JsonNode type = json.path("mediaType");
    if (!type.isMissingNode() && !MediaTypes.MANIFESTS.contains(type.asText())) {
      throw bad("mediaType: expected that of an image manifest");
    }
    if (!json.path("layers").isArray()) {
      throw bad("layers: expected a list");
    }
    if (json.path("layers").size() > limits.layers()) {
      throw new RefusedImageException(
          Reason.TOO_MANY_LAYERS,
          "expected at most " + limits.layers() + " layers, got " + json.path("layers").size());
    }
    try {
      Descriptor config = Descriptor.of(json.path("config"));
      if (!MediaTypes.CONFIGS.contains(config.mediaType())) {
        throw new RefusedImageException(
            Reason.NOT_AN_IMAGE,
            "expected the manifest of a container image, but it is of " + shown(config));
      }
      List<Descriptor> layers = new ArrayList<>();
      for (JsonNode one : json.path("layers")) {
        Descriptor layer = Descriptor.of(one);
        requireKnown(layer, limits);
        layers.add(layer);
      }
      return new ImageManifest(config, layers);
    } catch (IllegalArgumentException e) {
      throw bad(e.getMessage());
    }
  }

  private static void requireKnown(Descriptor layer, ImageLimits limits)
      throws RefusedImageException {
    if (layer.foreign() || layer.mediaType().contains("nondistributable")) {
      throw new RefusedImageException(
          Reason.FOREIGN_LAYER,
          "layer " + layer.digest() + " is to be fetched from elsewhere: build an image without");
    }
    if (layer.mediaType().endsWith("+zstd") || layer.mediaType().endsWith(".zstd")) {
      throw new RefusedImageException(
          Reason.UNSUPPORTED_COMPRESSION,
          "layer "
              + layer.digest()
              + " is compressed with zstd: expected gzip or none, so push or copy it with gzip");
    }
    if (!MediaTypes.TAR_LAYERS.contains(layer.mediaType())
        && !MediaTypes.GZIP_LAYERS.contains(layer.mediaType())) {
      throw new RefusedImageException(
          Reason.UNSUPPORTED_MEDIA_TYPE,
          "expected layers that are tar archives, plain or with gzip, got " + shown(layer));
    }
    if (layer.size() > limits.layerBytes()) {
      throw new RefusedImageException(
          Reason.TOO_LARGE_IMAGE,
          "layer "
              + layer.digest()
              + ": expected at most "
              + limits.layerBytes()
              + " bytes, got "
              + layer.size());
    }
  }

  private static String shown(Descriptor d) {
    return d.mediaType().length() <= 100 ? "\"" + d.mediaType() + "\"" : "a long media type";
  }

  private static RefusedImageException bad(String why) {
    return new RefusedImageException(Reason.BAD_IMAGE_MANIFEST, "the " + WHAT + ": " + why);
  }
}
