// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/** Makes image layouts, honest ones and others. */
public final class TestImage {
  static final String GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
  static final String TAR = "application/vnd.oci.image.layer.v1.tar";
  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";

  private record Layer(byte[] stored, String mediaType, Digest diffId) {}

  private final List<Layer> layers = new ArrayList<>();
  private String architecture = "amd64";
  private UnaryOperator<String> config = UnaryOperator.identity();
  private UnaryOperator<String> manifest = UnaryOperator.identity();
  private UnaryOperator<String> index = UnaryOperator.identity();

  /** One small layer in gzip. */
  public static TestImage small() {
    return new TestImage().layer(TestTar.of("etc/agent.conf", "mode=good"));
  }

  public TestImage layer(byte[] tar) {
    return layer(gzip(tar), GZIP, Digest.hash(tar));
  }

  TestImage plainLayer(byte[] tar) {
    return layer(tar, TAR, Digest.hash(tar));
  }

  TestImage layer(byte[] stored, String mediaType, Digest diffId) {
    layers.add(new Layer(stored, mediaType, diffId));
    return this;
  }

  public TestImage architecture(String name) {
    architecture = name;
    return this;
  }

  public TestImage config(UnaryOperator<String> change) {
    config = change;
    return this;
  }

  TestImage manifest(UnaryOperator<String> change) {
    manifest = change;
    return this;
  }

  TestImage index(UnaryOperator<String> change) {
    index = change;
    return this;
  }

  /** Writes the layout; returns the manifest's descriptor. */
  public String writeTo(Path layout) {
    List<String> described = new ArrayList<>();
    List<String> diffIds = new ArrayList<>();
    for (Layer layer : layers) {
      described.add(blob(layout, layer.stored(), layer.mediaType(), ""));
      diffIds.add("\"" + layer.diffId() + "\"");
    }
    String configJson =
        config.apply(
            """
            {"architecture":"%s","os":"linux","config":{"User":"1000","Env":["PATH=/bin"],\
            "Entrypoint":["/bin/agent"],"Cmd":["--serve"],"WorkingDir":"/work"},\
            "rootfs":{"type":"layers","diff_ids":[%s]},"history":[]}"""
                .formatted(architecture, String.join(",", diffIds)));
    String manifestJson =
        manifest.apply(
            """
            {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
                .formatted(
                    MANIFEST,
                    blob(layout, bytes(configJson), CONFIG, ""),
                    String.join(",", described)));
    String descriptor =
        blob(
            layout,
            bytes(manifestJson),
            MANIFEST,
            ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + architecture + "\"}");
    writeIndex(layout, index.apply(descriptor));
    return descriptor;
  }

  static void writeIndex(Path layout, String descriptors) {
    write(layout.resolve("oci-layout"), bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
    write(layout.resolve("index.json"), bytes(indexOf(descriptors)));
  }

  static String indexOf(String descriptors) {
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
        .formatted(INDEX, descriptors);
  }

  /** Puts content where a layout keeps it; returns its descriptor. */
  static String blob(Path layout, byte[] content, String mediaType, String more) {
    Digest digest = Digest.hash(content);
    write(OciLayout.blobIn(layout, digest), content);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(mediaType, digest, content.length, more);
  }

  public static Digest digestIn(String descriptor) {
    return Digest.parse(descriptor.replaceAll(".*?\"digest\":\"([^\"]*)\".*", "$1"));
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
