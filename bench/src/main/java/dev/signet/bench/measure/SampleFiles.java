// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.measure;

import dev.signet.protocol.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Large JARs and images to be measured. */
final class SampleFiles {
  private static final int BLOCK = 512;
  private static final int ALL_BITS = 0xff;
  private static final int HALF = 0x0f;

  private SampleFiles() {}

  /**
   * An image layout with one layer that holds one file.
   *
   * @param layer where the layer is
   */
  record Image(Path layout, Path layer) {}

  static Path jar(Path directory, long bytes) throws IOException {
    Path file = directory.resolve("sample.jar");
    try (ZipOutputStream zip = new ZipOutputStream(out(file))) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      zip.write(ascii("Manifest-Version: 1.0\r\nMain-Class: sample.Main\r\n\r\n"));
      zip.putNextEntry(new ZipEntry("noise"));
      new Noise(ALL_BITS).write(zip, bytes);
    }
    return file;
  }

  static Image image(Path directory, long bytes, boolean gzip) throws IOException {
    Path layout = directory.resolve(gzip ? "gzip-image" : "image");
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    Path fresh = blobs.resolve("fresh");
    MessageDigest stored = Digest.sha256();
    MessageDigest unpacked = Digest.sha256();
    try (OutputStream out = new DigestOutputStream(out(fresh), stored);
        OutputStream layer = gzip ? fast(out) : out;
        OutputStream tar = new DigestOutputStream(layer, unpacked)) {
      tar.write(header(bytes));
      new Noise(gzip ? HALF : ALL_BITS).write(tar, bytes);
      tar.write(new byte[(int) (-bytes & BLOCK - 1) + 2 * BLOCK]);
    }
    Digest digest = Digest.ofDigest(stored.digest());
    Path layer = Files.move(fresh, blobs.resolve(digest.toHex()));
    String type = "application/vnd.oci.image.layer.v1.tar" + (gzip ? "+gzip" : "");
    String config =
        """
        {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]}}"""
            .formatted(Digest.ofDigest(unpacked.digest()));
    String manifest =
        "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}"
            .formatted(
                blob(blobs, config, "application/vnd.oci.image.config.v1+json"),
                descriptor(type, digest, Files.size(layer)));
    String entry = blob(blobs, manifest, "application/vnd.oci.image.manifest.v1+json");
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(
        layout.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[" + entry + "]}");
    return new Image(layout, layer);
  }

  private static OutputStream fast(OutputStream out) throws IOException {
    return new GZIPOutputStream(out, 1 << 16) {
      {
        def.setLevel(Deflater.BEST_SPEED);
      }
    };
  }

  private static byte[] header(long size) {
    byte[] block = new byte[BLOCK];
    put(block, 0, "noise");
    put(block, 100, "0000644\0000000000\0000000000\0");
    put(block, 124, String.format(Locale.ROOT, "%011o\0", size));
    put(block, 136, "00000000000\0        0");
    put(block, 257, "ustar\00000");
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = ascii(text);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static String blob(Path blobs, String content, String type) throws IOException {
    Digest digest = Digest.hash(ascii(content));
    Files.write(blobs.resolve(digest.toHex()), ascii(content));
    return descriptor(type, digest, content.length());
  }

  private static String descriptor(String type, Digest digest, long size) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, size);
  }

  private static OutputStream out(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
