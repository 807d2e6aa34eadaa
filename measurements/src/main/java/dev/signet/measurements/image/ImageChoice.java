// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the manifest that is meant. Where its digest was given, no index is asked; where an index
 * is asked, it must lead to one manifest only.
 */
final class ImageChoice {
  private static final String INDEX = "image index";
  private static final int MAX_DEPTH = 2;
  private static final int MAX_MANIFESTS = 1000;
  private static final int MAX_INDEXES = 16;

  private final ImageSource source;
  private final ImageLimits limits;
  private final Map<Digest, Descriptor> found = new LinkedHashMap<>();
  private int indexes;

  ImageChoice(ImageSource source, ImageLimits limits) {
    this.source = source;
    this.limits = limits;
  }

  /**
   * A manifest, genuine but not yet parsed.
   *
   * @param platform as the index has it
   */
  record Chosen(byte[] document, Optional<Platform> platform) {}

  Chosen choose(ImageSelection selection) throws IOException {
    if (selection.digest().isPresent()) {
      byte[] document = document(selection.digest().get(), Documents.ANY_SIZE, "manifest");
      if (!isIndex(document)) {
        return new Chosen(document, Optional.empty());
      }
      collect(document, 1);
    } else {
      try (InputStream in = source.index()) {
        collect(Documents.read(in, limits, INDEX), 0);
      }
    }
    Descriptor one = only(selection.platform());
    return new Chosen(document(one.digest(), one.size(), "manifest"), one.platform());
  }

  private void collect(byte[] index, int depth) throws IOException {
    JsonNode json = Documents.json(index, Reason.BAD_INDEX, INDEX);
    JsonNode type = json.path("mediaType");
    if (!json.path("manifests").isArray()
        || json.has("layers")
        || json.has("config")
        || (!type.isMissingNode() && !MediaTypes.INDEXES.contains(type.asText()))) {
      throw bad("expected a list of manifests, and no member of another kind of document");
    }
    for (JsonNode one : json.path("manifests")) {
      Descriptor d;
      try {
        d = Descriptor.of(one);
      } catch (IllegalArgumentException e) {
        throw bad(e.getMessage());
      }
      if (MediaTypes.INDEXES.contains(d.mediaType())) {
        if (depth + 1 >= MAX_DEPTH) {
          throw new RefusedImageException(
              Reason.INDEX_TOO_DEEP, "expected at most an index of indexes, got one deeper");
        }
        if (++indexes > MAX_INDEXES) {
          throw bad("expected at most " + MAX_INDEXES + " indexes in it");
        }
        collect(document(d.digest(), d.size(), INDEX), depth + 1);
      } else if (MediaTypes.MANIFESTS.contains(d.mediaType()) && !isAttestation(d)) {
        Descriptor before = found.put(d.digest(), d);
        if (before != null && !before.equals(d)) {
          throw bad("expected one description of " + d.digest() + ", got two");
        }
        if (found.size() > MAX_MANIFESTS) {
          throw bad("expected at most " + MAX_MANIFESTS + " manifests");
        }
      }
    }
  }

  /** BuildKit puts its own statements beside the images, for no platform at all. */
  private static boolean isAttestation(Descriptor d) {
    return d.platform().isPresent() && d.platform().get().os().equals("unknown");
  }

  private Descriptor only(Optional<Platform> wanted) throws RefusedImageException {
    List<Descriptor> fitting =
        found.values().stream()
            .filter(
                d ->
                    wanted.isEmpty()
                        || d.platform().isEmpty()
                        || wanted.get().fits(d.platform().get()))
            .toList();
    if (fitting.size() == 1) {
      return fitting.getFirst();
    }
    if (fitting.isEmpty()) {
      throw new RefusedImageException(
          Reason.NO_SUCH_IMAGE,
          "expected an image"
              + wanted.map(p -> " for " + p).orElse("")
              + ", the index has "
              + list(List.copyOf(found.values())));
    }
    boolean byPlatform =
        fitting.stream().map(Descriptor::platform).distinct().count() == fitting.size();
    throw new RefusedImageException(
        byPlatform ? Reason.AMBIGUOUS_PLATFORM : Reason.AMBIGUOUS_IMAGE,
        "expected one image, the index has "
            + list(fitting)
            + ": say which with "
            + (byPlatform ? "--platform" : "@sha256:… after its place"));
  }

  private static String list(List<Descriptor> descriptors) {
    if (descriptors.isEmpty()) {
      return "none";
    }
    List<String> words =
        descriptors.stream()
            .limit(8)
            .map(d -> d.digest() + d.platform().map(p -> " for " + p).orElse(""))
            .toList();
    return String.join(", ", words) + (descriptors.size() > 8 ? " and more" : "");
  }

  private byte[] document(Digest digest, long size, String what) throws IOException {
    try (InputStream in = source.manifest(digest)) {
      return Documents.read(in, digest, size, limits, what);
    } catch (NoSuchFileException e) {
      throw ImageRuler.missing(what, digest);
    }
  }

  private static boolean isIndex(byte[] document) throws RefusedImageException {
    return Documents.json(document, Reason.BAD_IMAGE_MANIFEST, "manifest").has("manifests");
  }

  private static RefusedImageException bad(String why) {
    return new RefusedImageException(Reason.BAD_INDEX, "the " + INDEX + ": " + why);
  }
}
