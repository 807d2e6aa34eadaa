// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Names in a layer's archive, brought into normal form or refused. */
final class EntryPath {
  private static final int MAX_BYTES = 4095;
  private static final int MAX_PART_BYTES = 255;

  private EntryPath() {}

  /**
   * A path without {@code ./} before it; empty for the root.
   *
   * @param directory whether slashes may follow it
   */
  static String normal(byte[] name, boolean directory, int maxDepth) throws RefusedImageException {
    String path = text(name, "path");
    if (path.startsWith("/")) {
      throw new RefusedImageException(
          Reason.ABSOLUTE_PATH, "expected paths relative to the image's root, got " + quoted(path));
    }
    while (path.startsWith("./")) {
      path = path.substring(2);
    }
    if (directory) {
      path = path.equals(".") ? "" : stripSlashes(path);
    }
    if (path.isEmpty()) {
      if (!directory) {
        throw new RefusedImageException(Reason.BAD_PATH, "expected a path, got none");
      }
      return path;
    }
    String[] parts = path.split("/", -1);
    for (String part : parts) {
      if (part.equals("..")) {
        throw new RefusedImageException(
            Reason.PATH_TRAVERSAL, "expected no path with \"..\" in it, got " + quoted(path));
      }
      if (part.isEmpty() || part.equals(".")) {
        throw new RefusedImageException(
            Reason.BAD_PATH, "expected a path in normal form, got " + quoted(path));
      }
      if (part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
        throw new RefusedImageException(
            Reason.PATH_TOO_LONG, "expected names of at most " + MAX_PART_BYTES + " bytes");
      }
    }
    if (parts.length > maxDepth) {
      throw new RefusedImageException(
          Reason.PATH_TOO_DEEP,
          "expected paths of at most " + maxDepth + " names, got " + parts.length);
    }
    return path;
  }

  /** A symbolic link's target as it is, if it stays below the root. */
  static String target(byte[] link, String from) throws RefusedImageException {
    String target = text(link, "link");
    if (target.isEmpty()) {
      throw new RefusedImageException(Reason.BAD_PATH, "expected a link's target, got none");
    }
    int depth = target.startsWith("/") ? 0 : from.split("/", -1).length - 1;
    for (String part : target.split("/", -1)) {
      if (part.equals("..")) {
        depth--;
      } else if (!part.isEmpty() && !part.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        throw new RefusedImageException(
            Reason.LINK_OUTSIDE,
            "expected links that stay in the image, got " + quoted(from) + " to " + quoted(target));
      }
    }
    return target;
  }

  static String quoted(String path) {
    return path.length() <= 200 ? "\"" + path + "\"" : "\"" + path.substring(0, 200) + "…\"";
  }

  private static String stripSlashes(String path) {
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  private static String text(byte[] name, String what) throws RefusedImageException {
    if (name.length > MAX_BYTES) {
      throw new RefusedImageException(
          Reason.PATH_TOO_LONG,
          "expected a " + what + " of at most " + MAX_BYTES + " bytes, got " + name.length);
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedImageException(
          Reason.NAME_NOT_UNICODE, "expected names in UTF-8, got a " + what + " of other bytes");
    }
    if (text.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
      throw new RefusedImageException(
          Reason.BAD_PATH, "expected no control characters in a " + what);
    }
    return text;
  }
}
