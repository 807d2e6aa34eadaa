// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.DockerArchiveIndex.Part;
import dev.signet.protocol.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A file as {@code docker save} and {@code skopeo copy … docker-archive:} write it.
 *
 * <p>Such an archive has no image manifest, or one that depends on who wrote it. What stands for it
 * here is the OCI manifest that follows from the configuration, with every layer uncompressed and
 * nothing else: the same image gives the same digest, and {@link LayoutCopy} writes a layout that
 * has it.
 */
public final class DockerArchive implements ImageSource {
  private final FileChannel file;
  private final ImageLimits limits;
  private Map<Digest, Part> blobs;
  private byte[] manifest;

  private DockerArchive(FileChannel file, ImageLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  /**
   * Opens an archive; what is in it is looked at when it is measured.
   *
   * @throws IOException if it cannot be read or is no file
   */
  public static DockerArchive open(Path file) throws IOException {
    return open(file, ImageLimits.standard());
  }

  static DockerArchive open(Path given, ImageLimits limits) throws IOException {
    // A thread in a mount namespace of its own need not stand where the process does.
    Path file = given.toAbsolutePath();
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if (!Files.isRegularFile(file)) {
      throw Files.exists(file)
          ? new IOException(file + ": expected an archive, got a directory or device")
          : new NoSuchFileException(file.toString());
    }
    return new DockerArchive(FileChannel.open(file, StandardOpenOption.READ), limits);
  }

  @Override
  public InputStream index() throws IOException {
    load();
    return new ByteArrayInputStream(
        json(
            "{\"schemaVersion\":2,\"manifests\":["
                + descriptor(MediaTypes.OCI_MANIFEST, Digest.hash(manifest), manifest.length)
                + "]}"));
  }

  @Override
  public InputStream manifest(Digest digest) throws IOException {
    load();
    if (!Digest.hash(manifest).equals(digest)) {
      throw new NoSuchFileException(digest.toString());
    }
    return new ByteArrayInputStream(manifest);
  }

  @Override
  public InputStream blob(Digest digest) throws IOException {
    load();
    Part part = blobs.get(digest);
    if (part == null) {
      throw new NoSuchFileException(digest.toString());
    }
    InputStream in = new RangeInput(file, part.offset(), part.size());
    return part.compressed() ? new GzipInput(in) : in;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void load() throws IOException {
    if (manifest != null) {
      return;
    }
    DockerArchiveIndex index = DockerArchiveIndex.read(file, limits);
    Map<Digest, Part> found = new HashMap<>();
    byte[] config = index.config();
    Digest configDigest = Digest.hash(config);
    found.put(configDigest, index.configPart());
    List<String> layers = new ArrayList<>();
    List<Digest> diffIds = ParsedConfig.parse(config).diffIds();
    List<Part> parts = index.layers(diffIds.size());
    for (int i = 0; i < parts.size(); i++) {
      // Two layers with one name have one content, or the ruler finds that they have not.
      found.putIfAbsent(diffIds.get(i), parts.get(i));
      layers.add(descriptor(MediaTypes.OCI_LAYER, diffIds.get(i), parts.get(i).unpackedSize()));
    }
    blobs = found;
    manifest =
        json(
            "{\"schemaVersion\":2,\"mediaType\":\""
                + MediaTypes.OCI_MANIFEST
                + "\",\"config\":"
                + descriptor(MediaTypes.OCI_CONFIG, configDigest, config.length)
                + ",\"layers\":["
                + String.join(",", layers)
                + "]}");
  }

  private static String descriptor(String mediaType, Digest digest, long size) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, digest, size);
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
