// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.image;

import dev.signet.protocol.Digest;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A container image that this program wrote, in a directory as the OCI image layout specification
 * has it. Its layers are not compressed.
 *
 * @param manifest digest of its manifest
 * @param config digest of its configuration
 * @param layers their digests, lowest first
 * @param command its entry point
 */
public record ImageLayout(
    Path directory, Digest manifest, Digest config, List<Digest> layers, List<String> command) {
  private static final String TYPE = "application/vnd.oci.image.";

  /**
   * Writes an image.
   *
   * @param directory new, or that of another image with the same layers
   * @param entrypoint the program and its first arguments
   * @param running what else stands in the member {@code config} of the image's configuration
   * @param tars the layers' archives
   */
  public static ImageLayout write(
      Path directory, List<String> entrypoint, Map<String, Object> running, List<Path> tars)
      throws IOException {
    Path blobs = Files.createDirectories(directory.resolve("blobs").resolve("sha256"));
    List<Object> descriptors = new ArrayList<>();
    List<Digest> digests = new ArrayList<>();
    for (Path tar : tars) {
      Digest digest = digest(tar);
      Path blob = blobs.resolve(digest.toHex());
      if (!Files.exists(blob)) {
        Files.copy(tar, blob);
      }
      digests.add(digest);
      descriptors.add(descriptor("layer.v1.tar", digest, Files.size(tar)));
    }
    Map<String, Object> configuration = new LinkedHashMap<>();
    configuration.put("architecture", architecture());
    configuration.put("os", "linux");
    Map<String, Object> run = new LinkedHashMap<>(running);
    run.put("Entrypoint", entrypoint);
    configuration.put("config", run);
    configuration.put(
        "rootfs",
        Map.of("type", "layers", "diff_ids", digests.stream().map(Digest::toString).toList()));
    byte[] config = StrictJson.encode(configuration);
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", TYPE + "manifest.v1+json");
    manifest.put("config", descriptor("config.v1+json", put(blobs, config), config.length));
    manifest.put("layers", descriptors);
    byte[] document = StrictJson.encode(manifest);
    Digest named = put(blobs, document);
    Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("manifests", List.of(descriptor("manifest.v1+json", named, document.length)));
    Files.write(directory.resolve("index.json"), StrictJson.encode(index));
    return new ImageLayout(directory, named, Digest.hash(config), digests, List.copyOf(entrypoint));
  }

  /** As Go names this machine's. */
  private static String architecture() {
    return switch (System.getProperty("os.arch")) {
      case "aarch64" -> "arm64";
      case String other -> other;
    };
  }

  /** The file that holds what has this digest. */
  public Path blob(Digest digest) {
    return directory.resolve("blobs").resolve("sha256").resolve(digest.toHex());
  }

  private static Map<String, Object> descriptor(String type, Digest digest, long size) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", TYPE + type);
    descriptor.put("digest", digest.toString());
    descriptor.put("size", size);
    return descriptor;
  }

  private static Digest put(Path blobs, byte[] content) throws IOException {
    Digest digest = Digest.hash(content);
    Files.write(blobs.resolve(digest.toHex()), content);
    return digest;
  }

  private static Digest digest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Digest.hash(in);
    }
  }
}
