// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is where in an archive of {@code docker save}, and which parts make up its one image. */
final class DockerArchiveIndex {
  private static final String LIST = "manifest.json";
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int ZSTD_MAGIC = 0x28b5;

  /**
   * A file in the archive.
   *
   * @param unpackedSize in bytes, the same as {@code size} where it is not compressed
   */
  record Part(long offset, long size, boolean compressed, long unpackedSize) {}

  private final FileChannel file;
  private final ImageLimits limits;
  private final Map<String, Part> parts;
  private final JsonNode image;

  private DockerArchiveIndex(
      FileChannel file, ImageLimits limits, Map<String, Part> parts, JsonNode image) {
    this.file = file;
    this.limits = limits;
    this.parts = parts;
    this.image = image;
  }

  static DockerArchiveIndex read(FileChannel file, ImageLimits limits) throws IOException {
    Map<String, Part> parts = new HashMap<>();
    TarReader tar = new TarReader(new RangeInput(file, 0, file.size()));
    LayerPaths paths = new LayerPaths(new LayerBudget(limits));
    Optional<TarHeader> next = tar.next();
    while (next.isPresent()) {
      LayerEntry entry = paths.admit(next.get());
      if (entry.kind() == LayerEntry.Kind.FILE) {
        parts.put(entry.path(), new Part(tar.position(), entry.size(), false, entry.size()));
      }
      next = tar.next();
    }
    Part list = parts.get(LIST);
    if (list == null) {
      throw new RefusedImageException(
          Reason.NOT_A_LAYOUT, "expected an archive of docker save, but it has no file " + LIST);
    }
    return new DockerArchiveIndex(file, limits, parts, only(document(file, list, limits, LIST)));
  }

  byte[] config() throws IOException {
    return document(file, configPart(), limits, "configuration");
  }

  Part configPart() throws RefusedImageException {
    return part(image.path("Config"));
  }

  List<Part> layers(int expected) throws IOException {
    JsonNode names = image.path("Layers");
    if (!names.isArray() || names.size() != expected) {
      throw new RefusedImageException(
          Reason.LAYER_COUNT_MISMATCH,
          "expected as many layers as the configuration has, "
              + expected
              + ", the archive has "
              + names.size());
    }
    LayerBudget budget = new LayerBudget(limits);
    List<Part> layers = new ArrayList<>();
    for (JsonNode name : names) {
      Part part = part(name);
      int magic = magic(part);
      if (magic == ZSTD_MAGIC) {
        throw new RefusedImageException(
            Reason.UNSUPPORTED_COMPRESSION, "expected layers in gzip or as they are, got zstd");
      }
      layers.add(magic == GZIP_MAGIC ? compressed(part, budget) : part);
    }
    return layers;
  }

  private static JsonNode only(byte[] list) throws RefusedImageException {
    JsonNode json;
    try {
      json = StrictJson.tree(list, list.length);
    } catch (MalformedMessageException e) {
      throw bad(e.getMessage());
    }
    if (!json.isArray() || json.isEmpty()) {
      throw bad("expected a list of images");
    }
    if (json.size() != 1) {
      throw new RefusedImageException(
          Reason.AMBIGUOUS_IMAGE,
          "expected one image in the archive, got " + json.size() + ": save each on its own");
    }
    return json.get(0);
  }

  private Part part(JsonNode name) throws RefusedImageException {
    if (!name.isTextual()) {
      throw bad("expected Config and Layers by name");
    }
    Part part = parts.get(name.asText());
    if (part == null) {
      throw new RefusedImageException(
          Reason.MISSING_BLOB,
          "expected a file " + EntryPath.quoted(name.asText()) + " in the archive, got none");
    }
    return part;
  }

  private int magic(Part part) throws IOException {
    byte[] first = new RangeInput(file, part.offset(), part.size()).readNBytes(2);
    return first.length < 2 ? 0 : (first[0] & 0xff) << 8 | first[1] & 0xff;
  }

  /** Reads it through: nothing in the archive says how large a compressed layer is. */
  private Part compressed(Part part, LayerBudget budget) throws IOException {
    long stored = part.size();
    long size = 0;
    byte[] piece = new byte[128 * 1024];
    try (InputStream in = new GzipInput(new RangeInput(file, part.offset(), stored))) {
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        size += read;
        budget.spendBytes(read);
        if (size > ImageLimits.RATIO_FROM_BYTES && size / limits.ratio() > stored) {
          throw new RefusedImageException(
              Reason.COMPRESSION_RATIO, "expected no layer made to fill disks");
        }
      }
    }
    return new Part(part.offset(), stored, true, size);
  }

  private static byte[] document(FileChannel file, Part part, ImageLimits limits, String what)
      throws IOException {
    return Documents.read(new RangeInput(file, part.offset(), part.size()), limits, what);
  }

  private static RefusedImageException bad(String why) {
    return new RefusedImageException(Reason.BAD_INDEX, "the archive's " + LIST + ": " + why);
  }
}
