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

/** Reading the small parts of an image: into memory, bounded, and only if they are genuine. */
final class Documents {
  /** Where nothing says how long a document is. */
  static final long ANY_SIZE = -1;

  private Documents() {}

  static byte[] read(InputStream in, Digest digest, long size, ImageLimits limits, String what)
      throws IOException {
    byte[] bytes = read(in, limits, what);
    if (size != ANY_SIZE && size != bytes.length) {
      throw new RefusedImageException(
          Reason.SIZE_MISMATCH,
          "the " + what + " " + digest + ": expected " + size + " bytes, got " + bytes.length);
    }
    Digest is = Digest.hash(bytes);
    if (!is.equals(digest)) {
      throw new RefusedImageException(
          Reason.DIGEST_MISMATCH, "the " + what + ": expected " + digest + ", got " + is);
    }
    return bytes;
  }

  static byte[] read(InputStream in, ImageLimits limits, String what) throws IOException {
    byte[] bytes = in.readNBytes(limits.documentBytes() + 1);
    if (bytes.length > limits.documentBytes()) {
      throw new RefusedImageException(
          Reason.TOO_LARGE_IMAGE,
          "the " + what + ": expected at most " + limits.documentBytes() + " bytes");
    }
    return bytes;
  }

  /** An object of schema version 2. */
  static JsonNode json(byte[] bytes, Reason reason, String what) throws RefusedImageException {
    JsonNode json;
    try {
      json = StrictJson.tree(bytes, bytes.length);
    } catch (MalformedMessageException e) {
      throw new RefusedImageException(reason, "the " + what + ": " + e.getMessage());
    }
    if (!json.isObject() || json.path("schemaVersion").asInt() != 2) {
      throw new RefusedImageException(reason, "the " + what + ": expected schemaVersion 2");
    }
    return json;
  }
}
