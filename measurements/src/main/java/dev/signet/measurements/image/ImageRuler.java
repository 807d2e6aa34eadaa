// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Measured;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.ImageMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one ruler for container images: CI measures with it what it signs, the launcher unpacks with
 * it what it starts.
 *
 * <p>Everything is checked while it is read, once: the manifest against the digest that was asked
 * for, the configuration and each layer as stored against the manifest, each layer's uncompressed
 * content against the configuration, and every entry of it against {@link ImageMeasurement.Reason}.
 * Memory does not grow with the image but by some bytes an entry.
 */
public final class ImageRuler {
  private ImageRuler() {}

  /**
   * Measures an image.
   *
   * @throws IOException if the source cannot be read
   */
  public static ImageMeasurement measure(ImageSource source, ImageSelection selection)
      throws IOException {
    return measure(source, selection, ImageLimits.standard());
  }

  /** The same, with limits of the caller's own. */
  public static ImageMeasurement measure(
      ImageSource source, ImageSelection selection, ImageLimits limits) throws IOException {
    try {
      return read(source, selection, limits, Optional.empty());
    } catch (RefusedImageException e) {
      return new Refused(e.reason(), e.getMessage());
    }
  }

  /**
   * Measures an image and hands out its files in the same pass: what is unpacked is what was
   * measured, however the source changes meanwhile.
   *
   * @param selection by digest, where it is about a certain image
   * @param sink has been told to discard everything when this returns {@code Refused} or throws
   * @throws IOException if the source cannot be read, or the sink failed
   */
  public static ImageMeasurement unpack(
      ImageSource source, ImageSelection selection, ImageLimits limits, EntrySink sink)
      throws IOException {
    boolean measured = false;
    try {
      ImageMeasurement result = read(source, selection, limits, Optional.of(sink));
      measured = true;
      return result;
    } catch (RefusedImageException e) {
      return new Refused(e.reason(), e.getMessage());
    } finally {
      if (!measured) {
        sink.discard();
      }
    }
  }

  private static Measured read(
      ImageSource source, ImageSelection selection, ImageLimits limits, Optional<EntrySink> sink)
      throws IOException {
    ImageChoice.Chosen chosen = new ImageChoice(source, limits).choose(selection);
    ImageManifest manifest = ImageManifest.parse(chosen.document(), limits);
    byte[] configBytes = config(source, manifest.config(), limits);
    ParsedConfig parsed = ParsedConfig.parse(configBytes);
    requirePlatform(parsed.platform(), chosen.platform(), "its index says");
    requirePlatform(parsed.platform(), selection.platform(), "asked for was");
    List<ImageLayer> layers = layers(manifest, parsed);
    LayerBudget budget = new LayerBudget(limits);
    for (ImageLayer layer : layers) {
      if (sink.isPresent()) {
        sink.get().layer(layer);
      }
      try (InputStream in = source.blob(layer.digest())) {
        LayerReader.read(in, layer, budget, sink);
      } catch (NoSuchFileException e) {
        throw missing("layer", layer.digest());
      }
    }
    return new Measured(
        Digest.hash(chosen.document()),
        chosen.document().length,
        manifest.config().digest(),
        configBytes.length,
        parsed.config(),
        layers);
  }

  private static byte[] config(ImageSource source, Descriptor descriptor, ImageLimits limits)
      throws IOException {
    try (InputStream in = source.blob(descriptor.digest())) {
      return Documents.read(in, descriptor.digest(), descriptor.size(), limits, "configuration");
    } catch (NoSuchFileException e) {
      throw missing("configuration", descriptor.digest());
    }
  }

  private static List<ImageLayer> layers(ImageManifest manifest, ParsedConfig config)
      throws RefusedImageException {
    if (manifest.layers().size() != config.diffIds().size()) {
      throw new RefusedImageException(
          Reason.LAYER_COUNT_MISMATCH,
          "expected as many layers as the configuration has, "
              + config.diffIds().size()
              + ", the manifest has "
              + manifest.layers().size());
    }
    List<ImageLayer> layers = new ArrayList<>();
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor d = manifest.layers().get(i);
      layers.add(new ImageLayer(d.digest(), config.diffIds().get(i), d.mediaType(), d.size()));
    }
    return layers;
  }

  private static void requirePlatform(Platform is, Optional<Platform> expected, String who)
      throws RefusedImageException {
    if (expected.isPresent() && !expected.get().fits(is)) {
      throw new RefusedImageException(
          Reason.PLATFORM_MISMATCH,
          "the image's configuration is for " + is + ", but " + who + " " + expected.get());
    }
  }

  static RefusedImageException missing(String what, Digest digest) {
    return new RefusedImageException(
        Reason.MISSING_BLOB, "expected the " + what + " " + digest + ", but it is not there");
  }
}
