// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.util.List;

/** What became of measuring a container image. Being refused is an ordinary outcome. */
public sealed interface ImageMeasurement {

  /**
   * The image's measurement: everything that the digests lead to was read and is what they say.
   *
   * @param manifest digest of the image manifest, as registries name the image
   * @param manifestSize in bytes
   * @param configDigest of the image's configuration, often called image ID
   * @param configSize in bytes
   * @param config what the configuration says
   * @param layers lowest first
   */
  record Measured(
      Digest manifest,
      long manifestSize,
      Digest configDigest,
      long configSize,
      ImageConfig config,
      List<ImageLayer> layers)
      implements ImageMeasurement {
    public Measured {
      layers = List.copyOf(layers);
    }
  }

  /**
   * The image may not be measured, nor started.
   *
   * @param detail what was expected, what came and what to do
   */
  record Refused(Reason reason, String detail) implements ImageMeasurement {}

  /** Why an image is refused. */
  enum Reason {
    /** A directory or archive without the parts of an image layout. */
    NOT_A_LAYOUT,
    /** A symbolic link, a directory or a device where a file was expected. */
    PART_NOT_A_FILE,
    /** An index that cannot be read, or is a manifest as well. */
    BAD_INDEX,
    /** A manifest that cannot be read, or is an index as well. */
    BAD_IMAGE_MANIFEST,
    /** A configuration that cannot be read. */
    BAD_CONFIG,
    /** A manifest of something else than a container image. */
    NOT_AN_IMAGE,
    /** Indexes of indexes of indexes. */
    INDEX_TOO_DEEP,
    /** Nothing in the index fits. */
    NO_SUCH_IMAGE,
    /** Several images, and nobody said which. */
    AMBIGUOUS_IMAGE,
    /** One image for several platforms, and nobody said which. */
    AMBIGUOUS_PLATFORM,
    /** The configuration is for another platform than the index says or somebody asked for. */
    PLATFORM_MISMATCH,
    /** Something that is named is not there. */
    MISSING_BLOB,
    /** Content is longer or shorter than what names it says. */
    SIZE_MISMATCH,
    /** Content is not what its digest says. */
    DIGEST_MISMATCH,
    /** A layer's uncompressed content is not what the configuration says. */
    DIFF_ID_MISMATCH,
    /** The manifest has more or fewer layers than the configuration. */
    LAYER_COUNT_MISMATCH,
    /** A layer that is to be fetched from somewhere else. */
    FOREIGN_LAYER,
    /** A layer compressed with something else than gzip. */
    UNSUPPORTED_COMPRESSION,
    /** A kind of layer that nobody here knows. */
    UNSUPPORTED_MEDIA_TYPE,
    /** More layers than {@link ImageLimits} has. */
    TOO_MANY_LAYERS,
    /** A document or layer over {@link ImageLimits}. */
    TOO_LARGE_IMAGE,
    /** Layers that unpack to more than {@link ImageLimits} has. */
    TOO_LARGE_UNPACKED,
    /** A layer that unpacks to far more than it is. */
    COMPRESSION_RATIO,
    /** Not gzip as RFC 1952 has it, or something after its end. */
    BAD_GZIP,
    /** Not a tar archive as POSIX has it, or one that can be read in two ways. */
    BAD_TAR,
    /** Something after a tar archive's end. */
    TRAILING_DATA,
    /** A sparse file. */
    SPARSE_FILE,
    /** A kind of entry that a layer does not have. */
    UNSUPPORTED_ENTRY,
    /** More entries than {@link ImageLimits} has. */
    TOO_MANY_ENTRIES,
    /** A path that leads out by {@code ..}. */
    PATH_TRAVERSAL,
    /** A path that begins at the root. */
    ABSOLUTE_PATH,
    /** More directories in each other than {@link ImageLimits} has. */
    PATH_TOO_DEEP,
    /** A path or a part of one that Linux would not take. */
    PATH_TOO_LONG,
    /** A path that is not in normal form, or has control characters. */
    BAD_PATH,
    /** A name that is not UTF-8. */
    NAME_NOT_UNICODE,
    /** One path twice in a layer. */
    DUPLICATE_ENTRY,
    /** An entry below what is no directory in the same layer. */
    ENTRY_BELOW_FILE,
    /** A link that leads out of the image, or a hard link to what the layer does not have. */
    LINK_OUTSIDE,
    /** A device. */
    DEVICE_NODE,
    /** A named pipe. */
    NAMED_PIPE,
    /** A whiteout that hides nothing, or what its own layer has. */
    WHITEOUT_MISUSE
  }
}
