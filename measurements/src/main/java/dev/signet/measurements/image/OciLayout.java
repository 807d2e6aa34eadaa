// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory as the OCI image layout specification (1.0) has it. */
public final class OciLayout implements ImageSource {
  static final String MARK = "oci-layout";
  static final String INDEX = "index.json";

  private static final int MARK_BYTES = 4096;

  private final Path directory;

  private OciLayout(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens a layout; what is in it is looked at when it is measured.
   *
   * @throws IOException if it is no directory
   */
  public static OciLayout open(Path given) throws IOException {
    // A thread in a mount namespace of its own need not stand where the process does.
    Path directory = given.toAbsolutePath();
    if (!Files.isDirectory(directory)) {
      throw Files.exists(directory)
          ? new NotDirectoryException(directory.toString())
          : new NoSuchFileException(directory.toString());
    }
    return new OciLayout(directory);
  }

  /** Where a layout keeps what has this digest. */
  static Path blobIn(Path directory, Digest digest) {
    return directory.resolve("blobs").resolve("sha256").resolve(digest.toHex());
  }

  @Override
  public InputStream index() throws IOException {
    requireMark();
    try {
      return regular(directory.resolve(INDEX));
    } catch (NoSuchFileException e) {
      throw notALayout("no " + INDEX);
    }
  }

  @Override
  public InputStream manifest(Digest digest) throws IOException {
    requireMark();
    return blob(digest);
  }

  @Override
  public InputStream blob(Digest digest) throws IOException {
    return regular(blobIn(directory, digest));
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }

  private void requireMark() throws IOException {
    byte[] mark;
    try (InputStream in = regular(directory.resolve(MARK))) {
      mark = in.readNBytes(MARK_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw notALayout("no file " + MARK);
    }
    JsonNode json;
    try {
      json = StrictJson.tree(mark, MARK_BYTES);
    } catch (MalformedMessageException e) {
      throw notALayout(MARK + ": " + e.getMessage());
    }
    if (!json.path("imageLayoutVersion").asText().equals("1.0.0")) {
      throw notALayout(MARK + " does not say imageLayoutVersion 1.0.0");
    }
  }

  private static RefusedImageException notALayout(String why) {
    return new RefusedImageException(
        Reason.NOT_A_LAYOUT, "expected a directory in the OCI image layout, but it has " + why);
  }

  private static InputStream regular(Path file) throws IOException {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new RefusedImageException(
          Reason.PART_NOT_A_FILE,
          "expected a regular file, got a link, directory or device: " + file.getFileName());
    }
    return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
  }
}
