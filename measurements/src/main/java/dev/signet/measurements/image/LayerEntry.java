// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

/**
 * One entry of a layer. Its path and link are in normal form and stay inside the image, if no
 * symbolic link of a <em>lower</em> layer is followed on the way: who unpacks follows none.
 *
 * @param path relative to the image's root, without {@code .}, {@code ..}, doubled or trailing
 *     slashes; empty for the root itself. Of a whiteout, what it hides
 * @param mode permission bits, set-user-ID and the like among them (octal 7777)
 * @param size of a file's content, in bytes; else 0
 * @param modified seconds since 1970
 * @param link of a symbolic link, its target as it is; of a hard link, the path of a file that came
 *     before it in the same layer; else null
 */
public record LayerEntry(
    Kind kind, String path, int mode, long uid, long gid, long size, long modified, String link) {
  /** What an entry is. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMBOLIC_LINK,
    HARD_LINK,
    /** Hides a path of the layers below. */
    WHITEOUT,
    /** Hides everything that the layers below have in this directory. */
    OPAQUE
  }
}
