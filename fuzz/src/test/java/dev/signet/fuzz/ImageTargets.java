// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.measurements.image.DockerArchive;
import dev.signet.measurements.image.EntrySink;
import dev.signet.measurements.image.ImageLayer;
import dev.signet.measurements.image.ImageLimits;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.ImageSource;
import dev.signet.measurements.image.LayerEntry;
import dev.signet.protocol.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Container images. One part is the input; the others are made to lead to it by their digests,
 * which a fuzzer would not find. Whatever comes, the ruler measures or refuses: where every byte
 * could be read, an exception is a finding.
 */
final class ImageTargets {
  private static final int MOST_UNPACKED = 1 << 20;
  private static final byte[] LAYER = new byte[1024]; // An empty tar archive.
  private static final byte[] CONFIG = config(Digest.hash(LAYER));
  private static final byte[] MANIFEST = manifest(CONFIG, LAYER, "tar");
  private static final Path ARCHIVE = archiveFile();

  private ImageTargets() {}

  static boolean index(byte[] input) throws IOException {
    return measures(new Parts(input, MANIFEST, CONFIG, LAYER), ImageSelection.only());
  }

  static boolean manifest(byte[] input) throws IOException {
    return measures(new Parts(new byte[0], input, CONFIG, LAYER), of(input));
  }

  static boolean config(byte[] input) throws IOException {
    byte[] manifest = manifest(input, LAYER, "tar");
    return measures(new Parts(new byte[0], manifest, input, LAYER), of(manifest));
  }

  /** A tar archive, plain or in gzip. */
  static boolean layer(byte[] input) throws IOException {
    boolean gzip = input.length > 1 && input[0] == 0x1f && input[1] == (byte) 0x8b;
    byte[] config = config(Digest.hash(gzip ? unpacked(input) : input));
    byte[] manifest = manifest(config, input, gzip ? "tar+gzip" : "tar");
    return measures(new Parts(new byte[0], manifest, config, input), of(manifest));
  }

  static boolean dockerArchive(byte[] input) throws IOException {
    Files.write(ARCHIVE, input);
    try (DockerArchive archive = DockerArchive.open(ARCHIVE)) {
      return measures(archive, ImageSelection.only());
    }
  }

  /** The measurement with the files and the one without are the same. */
  private static boolean measures(ImageSource source, ImageSelection selection) throws IOException {
    Seen seen = new Seen();
    ImageMeasurement unpacked = ImageRuler.unpack(source, selection, ImageLimits.standard(), seen);
    boolean measured = unpacked instanceof ImageMeasurement.Measured;
    require(seen.discarded == !measured, "files of an image that was not measured");
    require(ImageRuler.measure(source, selection).equals(unpacked), "two measurements");
    return measured;
  }

  private static ImageSelection of(byte[] manifest) {
    return ImageSelection.of(Digest.hash(manifest));
  }

  private static byte[] config(Digest layer) {
    return utf8(
        """
        {"os":"linux","architecture":"amd64","config":{"Entrypoint":["/agent"]},\
        "rootfs":{"type":"layers","diff_ids":["%s"]}}"""
            .formatted(layer));
  }

  private static byte[] manifest(byte[] config, byte[] layer, String form) {
    return utf8(
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
        "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},\
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.%s","digest":"%s","size":%d}]}"""
            .formatted(Digest.hash(config), config.length, form, Digest.hash(layer), layer.length));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] unpacked(byte[] gzip) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return in.readNBytes(MOST_UNPACKED);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static Path archiveFile() {
    try {
      Path file = Files.createTempFile("signet-fuzz", ".tar");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Parts implements ImageSource {
    private final byte[] index;
    private final Map<Digest, byte[]> parts = new HashMap<>();

    Parts(byte[] index, byte[]... parts) {
      this.index = index;
      for (byte[] part : parts) {
        this.parts.put(Digest.hash(part), part);
      }
    }

    @Override
    public InputStream index() {
      return new ByteArrayInputStream(index);
    }

    @Override
    public InputStream manifest(Digest digest) throws IOException {
      return blob(digest);
    }

    @Override
    public InputStream blob(Digest digest) throws IOException {
      byte[] part = parts.get(digest);
      if (part == null) {
        throw new NoSuchFileException(digest.toString());
      }
      return new ByteArrayInputStream(part);
    }

    @Override
    public void close() {}
  }

  private static final class Seen implements EntrySink {
    private boolean discarded;

    @Override
    public void layer(ImageLayer layer) {}

    @Override
    public void entry(LayerEntry entry, InputStream content) throws IOException {
      require(content.transferTo(OutputStream.nullOutputStream()) == entry.size(), "another size");
    }

    @Override
    public void discard() {
      discarded = true;
    }
  }
}
