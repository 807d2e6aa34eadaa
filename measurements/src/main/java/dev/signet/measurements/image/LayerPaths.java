// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static dev.signet.measurements.image.EntryPath.quoted;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.LayerEntry.Kind;

/** Which entries a layer may have, each seen before the next. */
final class LayerPaths {
  private static final String WHITEOUT_PREFIX = ".wh.";
  private static final String OPAQUE_NAME = ".wh..wh..opq";

  private static final byte FILE = 1;
  private static final byte LINK = 2;
  private static final byte DIRECTORY = 3;
  private static final byte IMPLIED_DIRECTORY = 4;
  private static final byte HIDDEN = 5;

  private final LayerBudget budget;
  private final PathTable table = new PathTable();
  private String lastParent;

  LayerPaths(LayerBudget budget) {
    this.budget = budget;
  }

  /** The entry in normal form, remembered for the ones that follow. */
  LayerEntry admit(TarHeader header) throws RefusedImageException {
    budget.spendEntry();
    Kind kind = kind(header);
    String path = EntryPath.normal(header.name(), kind == Kind.DIRECTORY, budget.limits().depth());
    String name = path.substring(path.lastIndexOf('/') + 1);
    requireDirectoryAbove(path);
    if (name.startsWith(WHITEOUT_PREFIX)) {
      return whiteout(header, kind, path, name);
    }
    String link = null;
    if (kind == Kind.SYMBOLIC_LINK) {
      link = EntryPath.target(header.link(), path);
    } else if (kind == Kind.HARD_LINK) {
      link = hardLink(header.link(), path);
    }
    remember(path, kind);
    return entry(kind, path, header, link);
  }

  private static Kind kind(TarHeader header) throws RefusedImageException {
    return switch (header.type()) {
      case TarHeader.FILE -> Kind.FILE;
      case TarHeader.DIRECTORY -> Kind.DIRECTORY;
      case TarHeader.SYMBOLIC_LINK -> Kind.SYMBOLIC_LINK;
      case TarHeader.HARD_LINK -> Kind.HARD_LINK;
      case TarHeader.CHARACTER_DEVICE, TarHeader.BLOCK_DEVICE ->
          throw new RefusedImageException(
              Reason.DEVICE_NODE, "expected no devices in an image: whoever opens one is outside");
      case TarHeader.NAMED_PIPE ->
          throw new RefusedImageException(
              Reason.NAMED_PIPE, "expected no named pipes in an image: opening one waits");
      case TarHeader.GNU_SPARSE ->
          throw new RefusedImageException(
              Reason.SPARSE_FILE, "expected files with their whole content, got a sparse one");
      default ->
          throw new RefusedImageException(
              Reason.UNSUPPORTED_ENTRY,
              "expected files, directories and links, got type flag " + (int) header.type());
    };
  }

  /** Every name above a path is a directory here, or nothing yet. */
  private void requireDirectoryAbove(String path) throws RefusedImageException {
    int slash = path.lastIndexOf('/');
    String parent = slash < 0 ? "" : path.substring(0, slash);
    if (parent.equals(lastParent)) {
      return;
    }
    for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      String above = path.substring(0, end);
      String name = above.substring(above.lastIndexOf('/') + 1);
      if (name.startsWith(WHITEOUT_PREFIX)) {
        throw misuse("expected nothing below a whiteout, got " + quoted(path));
      }
      switch (table.get(above)) {
        case DIRECTORY, IMPLIED_DIRECTORY -> {}
        case PathTable.NOTHING -> {
          // Counted, or deep paths would make more of them than there are entries.
          budget.spendEntry();
          table.put(above, IMPLIED_DIRECTORY);
        }
        case HIDDEN -> throw misuse("expected nothing below what is hidden, got " + quoted(path));
        default ->
            throw new RefusedImageException(
                Reason.ENTRY_BELOW_FILE,
                "expected directories above "
                    + quoted(path)
                    + ", but the same layer has a file or link at "
                    + quoted(above));
      }
    }
    lastParent = parent;
  }

  private LayerEntry whiteout(TarHeader header, Kind kind, String path, String name)
      throws RefusedImageException {
    if (kind != Kind.FILE || header.size() != 0) {
      throw misuse("expected an empty file, got something else at " + quoted(path));
    }
    String parent = path.substring(0, path.length() - name.length());
    if (name.equals(OPAQUE_NAME)) {
      if (table.get(path) != PathTable.NOTHING) {
        throw duplicate(path);
      }
      table.put(path, HIDDEN);
      String directory = parent.isEmpty() ? "" : parent.substring(0, parent.length() - 1);
      return entry(Kind.OPAQUE, directory, header, null);
    }
    String hidden = name.substring(WHITEOUT_PREFIX.length());
    if (hidden.isEmpty()
        || hidden.equals(".")
        || hidden.equals("..")
        || hidden.startsWith(WHITEOUT_PREFIX)) {
      throw misuse("expected the name of what is hidden, got " + quoted(path));
    }
    if (table.get(parent + hidden) != PathTable.NOTHING) {
      throw misuse("expected it to hide lower layers only, but its own has " + quoted(path));
    }
    table.put(parent + hidden, HIDDEN);
    return entry(Kind.WHITEOUT, parent + hidden, header, null);
  }

  private String hardLink(byte[] target, String path) throws RefusedImageException {
    String file = EntryPath.normal(target, false, budget.limits().depth());
    if (table.get(file) != FILE) {
      throw new RefusedImageException(
          Reason.LINK_OUTSIDE,
          "expected hard links to files that came before in the same layer, got "
              + quoted(path)
              + " to "
              + quoted(file));
    }
    return file;
  }

  private void remember(String path, Kind kind) throws RefusedImageException {
    switch (table.get(path)) {
      case PathTable.NOTHING -> {}
      case IMPLIED_DIRECTORY -> {
        if (kind != Kind.DIRECTORY) {
          throw new RefusedImageException(
              Reason.ENTRY_BELOW_FILE,
              "expected a directory, since the same layer has entries below it: " + quoted(path));
        }
      }
      case HIDDEN -> throw misuse("expected it to hide lower layers only: " + quoted(path));
      default -> throw duplicate(path);
    }
    switch (kind) {
      case DIRECTORY -> table.put(path, DIRECTORY);
      case SYMBOLIC_LINK -> table.put(path, LINK);
      default -> table.put(path, FILE);
    }
  }

  private static LayerEntry entry(Kind kind, String path, TarHeader header, String link) {
    return new LayerEntry(
        kind,
        path,
        header.mode(),
        header.uid(),
        header.gid(),
        kind == Kind.FILE ? header.size() : 0,
        header.modified(),
        link);
  }

  private static RefusedImageException duplicate(String path) {
    return new RefusedImageException(
        Reason.DUPLICATE_ENTRY, "expected each path once in a layer, got twice " + quoted(path));
  }

  private static RefusedImageException misuse(String why) {
    return new RefusedImageException(Reason.WHITEOUT_MISUSE, "a whiteout: " + why);
  }
}
