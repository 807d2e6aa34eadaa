// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageMeasurement.Measured;
import dev.signet.protocol.Digest;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a measured image as an OCI layout, from where it can be started. Every part is held to its
 * digest again on its way; whoever starts the copy measures it anyway.
 */
public final class LayoutCopy {
  private LayoutCopy() {}

  /**
   * Writes the layout.
   *
   * @param directory is made; must not be there yet
   * @throws IOException if it is there, cannot be written, or the source does not give again what
   *     was measured. What was written is left then, without the index that makes it a layout
   */
  public static void write(ImageSource source, Measured image, Path directory) throws IOException {
    Files.createDirectory(directory);
    Path blobs = OciLayout.blobIn(directory, image.manifest()).getParent();
    Files.createDirectories(blobs);
    try (InputStream in = source.manifest(image.manifest())) {
      copy(in, image.manifest(), image.manifestSize(), directory);
    }
    try (InputStream in = source.blob(image.configDigest())) {
      copy(in, image.configDigest(), image.configSize(), directory);
    }
    for (ImageLayer layer : image.layers()) {
      if (!Files.exists(OciLayout.blobIn(directory, layer.digest()))) {
        try (InputStream in = source.blob(layer.digest())) {
          copy(in, layer.digest(), layer.size(), directory);
        }
      }
    }
    write(directory.resolve(OciLayout.INDEX), index(image, mediaType(directory, image)));
    write(
        directory.resolve(OciLayout.MARK),
        "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.US_ASCII));
  }

  private static void copy(InputStream in, Digest digest, long size, Path directory)
      throws IOException {
    Path file = OciLayout.blobIn(directory, digest);
    StoredInput genuine = new StoredInput(in, new ImageLayer(digest, digest, "", size));
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      genuine.transferTo(out);
    }
    genuine.requireGenuine();
  }

  /** As the manifest says, which need not say it. */
  private static String mediaType(Path directory, Measured image) throws IOException {
    byte[] manifest = Files.readAllBytes(OciLayout.blobIn(directory, image.manifest()));
    try {
      JsonNode type = StrictJson.tree(manifest, manifest.length).path("mediaType");
      return type.asText(MediaTypes.OCI_MANIFEST);
    } catch (dev.signet.protocol.MalformedMessageException e) {
      throw new IllegalStateException("it was measured as a manifest", e);
    }
  }

  private static byte[] index(Measured image, String mediaType) {
    Platform platform = image.config().platform();
    return ("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,"
            + "\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}}]}")
        .formatted(
            mediaType,
            image.manifest(),
            image.manifestSize(),
            platform.os(),
            platform.architecture())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content, StandardOpenOption.CREATE_NEW);
  }
}
