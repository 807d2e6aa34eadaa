// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.protocol.Digest;
import dev.signet.protocol.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** An image in an OCI layout, made by a test. */
record TestImage(Path layout, Digest manifest, Digest config, List<Digest> layers) {
  private static final String OCI = "application/vnd.oci.image.";

  /** With a shell and what belongs to it. */
  static TestLayer busybox() throws IOException {
    TestLayer layer = new TestLayer().directory("bin", 0755);
    layer.copy("bin/busybox", Path.of("/usr/bin/busybox"));
    for (String name : List.of("sh", "cat", "id", "sleep", "touch", "ps", "nc", "wc", "kill")) {
      layer.symbolicLink("bin/" + name, "busybox");
    }
    return layer.directory("etc", 0755).file("etc/passwd", 0644, "agent:x:1000:100::/:/bin/sh\n");
  }

  static TestImage shell(Path layout, TestLayer... more) throws IOException {
    List<TestLayer> layers = new ArrayList<>(List.of(busybox()));
    layers.addAll(List.of(more));
    return write(
        layout,
        Map.of(
            "User", "agent",
            "Env", List.of("PATH=/bin", "OF_IMAGE=yes"),
            "Entrypoint", List.of("/bin/sh", "-c"),
            "Cmd", List.of("echo by default")),
        layers);
  }

  static TestImage write(Path layout, Map<String, Object> running, List<TestLayer> layers)
      throws IOException {
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    List<String> diffIds = new ArrayList<>();
    List<Object> descriptors = new ArrayList<>();
    List<Digest> digests = new ArrayList<>();
    for (TestLayer layer : layers) {
      byte[] tar = layer.tar();
      diffIds.add(Digest.hash(tar).toString());
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (OutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(tar);
      }
      byte[] stored = packed.toByteArray();
      digests.add(put(blobs, stored));
      descriptors.add(descriptor(OCI + "layer.v1.tar+gzip", stored));
    }
    byte[] config =
        StrictJson.encode(
            Map.of(
                "architecture",
                "amd64",
                "os",
                "linux",
                "config",
                running,
                "rootfs",
                Map.of("type", "layers", "diff_ids", diffIds)));
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", OCI + "manifest.v1+json");
    manifest.put("config", descriptor(OCI + "config.v1+json", config));
    manifest.put("layers", descriptors);
    byte[] document = StrictJson.encode(manifest);
    put(blobs, config);
    put(blobs, document);
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.write(
        layout.resolve("index.json"),
        StrictJson.encode(
            Map.of(
                "schemaVersion",
                2,
                "manifests",
                List.of(descriptor(OCI + "manifest.v1+json", document)))));
    return new TestImage(layout, Digest.hash(document), Digest.hash(config), digests);
  }

  Path blob(Digest digest) {
    return layout.resolve("blobs/sha256").resolve(digest.toHex());
  }

  private static Map<String, Object> descriptor(String type, byte[] content) {
    return Map.of(
        "mediaType", type, "digest", Digest.hash(content).toString(), "size", content.length);
  }

  private static Digest put(Path blobs, byte[] content) throws IOException {
    Digest digest = Digest.hash(content);
    Files.write(blobs.resolve(digest.toHex()), content);
    return digest;
  }
}
