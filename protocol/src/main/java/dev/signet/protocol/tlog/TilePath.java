// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names up to 256 hashes of one level of a log's tree, or as many entries (C2SP tlog-tiles): {@code
 * 0/x001/234}, {@code entries/000.p/17}.
 *
 * @param level of the tile: hashes of perfect subtrees of 256^level leaves; {@link #ENTRIES}
 * @param index among the tiles of the level, from 0
 * @param width hashes or entries in it, 1 to 256
 */
public record TilePath(int level, long index, int width) {
  public static final int ENTRIES = -1;

  /** Levels of the tree in one level of tiles. */
  public static final int HEIGHT = 8;

  /** Hashes in a full tile. */
  public static final int WIDTH = 1 << HEIGHT;

  private static final int MAX_LEVEL = 7;
  private static final Pattern FORM =
      Pattern.compile("(entries|[0-7])/((?:x[0-9]{3}/){0,3}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

  public TilePath {
    if (level < ENTRIES || level > MAX_LEVEL || index < 0 || width < 1 || width > WIDTH) {
      throw new IllegalArgumentException(
          "no tile: level " + level + ", index " + index + ", width " + width);
    }
  }

  /** The one with this name, if there is one: each has one name only. */
  public static Optional<TilePath> parse(String path) {
    Matcher m = FORM.matcher(path);
    if (!m.matches()) {
      return Optional.empty();
    }
    int width = m.group(3) == null ? WIDTH : Integer.parseInt(m.group(3));
    if (width > WIDTH) {
      return Optional.empty();
    }
    TilePath tile =
        new TilePath(
            m.group(1).equals("entries") ? ENTRIES : Integer.parseInt(m.group(1)),
            Long.parseLong(m.group(2).replaceAll("[x/]", "")),
            width);
    return tile.toString().equals(path) ? Optional.of(tile) : Optional.empty();
  }

  /** The number of the first hash or entry in it, among those of its level. */
  public long first() {
    return index * WIDTH;
  }

  @Override
  public String toString() {
    StringBuilder groups = new StringBuilder(String.format(Locale.ROOT, "%03d", index % 1000));
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      groups.insert(0, String.format(Locale.ROOT, "x%03d/", rest % 1000));
    }
    return (level == ENTRIES ? "entries" : Integer.toString(level))
        + '/'
        + groups
        + (width == WIDTH ? "" : ".p/" + width);
  }
}
