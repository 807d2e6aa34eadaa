// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of a container, built up layer by layer (OCI image specification, "Image Layer
 * Filesystem Changeset") in a directory that nobody else can change. No name leads through a
 * symbolic link: it could lead out.
 */
final class RootFiles {
  private static final int PERMISSIONS = 01777; // without set-user-id and set-group-id
  private static final int PIECE = 128 * 1024;

  private final Path root;
  private final int idBase;
  private final byte[] piece = new byte[PIECE];
  private Set<Path> ofThisLayer = new HashSet<>();

  /**
   * @param root an existing, empty directory
   * @param idBase added to every owner's number
   */
  RootFiles(Path root, int idBase) throws IOException {
    this.root = root;
    this.idBase = idBase;
    own(root, new Owner(0, 0), 0755);
  }

  /** Numbers of a user and group in the image. */
  record Owner(long uid, long gid) {}

  Path root() {
    return root;
  }

  /** What is removed from now on is from layers before. */
  void beginLayer() {
    ofThisLayer = new HashSet<>();
  }

  void directory(String name, Owner owner, int mode, Instant modified) throws IOException {
    Path path = place(name);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      delete(path);
      Files.createDirectory(path);
    }
    own(path, owner, mode);
    touch(path, modified);
  }

  void file(String name, Owner owner, int mode, Instant modified, InputStream content)
      throws IOException {
    Path path = place(name);
    delete(path);
    try (OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
        out.write(piece, 0, read);
      }
    }
    own(path, owner, mode);
    touch(path, modified);
  }

  void symbolicLink(String name, Owner owner, String target) throws IOException {
    Path path = place(name);
    delete(path);
    Files.createSymbolicLink(path, Path.of(target));
    chown(path, owner);
  }

  void hardLink(String name, String target) throws IOException {
    Path path = place(name);
    Path existing = resolve(target);
    if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
      throw new UnsoundImageException(
          name + ": expected a link to a file that is there, got " + target);
    }
    if (!path.equals(existing)) {
      delete(path);
      Files.createLink(path, existing);
    }
  }

  /** A whiteout: what layers before had under this name is gone. */
  void remove(String name) throws IOException {
    Path path = resolve(name);
    if (ofThisLayer.contains(path)) {
      throw new UnsoundImageException(name + ": removed by the layer that has it");
    }
    if (path.equals(root)) {
      throw new UnsoundImageException("the root directory is removed");
    }
    delete(path);
  }

  /** An opaque whiteout: what layers before had in this directory is gone. */
  void empty(String name) throws IOException {
    Path path = resolve(name);
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          if (!ofThisLayer.contains(entry)) {
            delete(entry);
          } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            empty(root.relativize(entry).toString());
          }
        }
      }
    }
  }

  /** A directory that the container needs, as it must be. */
  void require(String name, int mode) throws IOException {
    own(require(name), new Owner(0, 0), mode);
  }

  /** A directory that the container needs; one that the image has stays as it is. */
  Path require(String name) throws IOException {
    Path path = place(name);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new UnsoundImageException(
            name + ": expected a directory, or nothing; the image has a link or file");
      }
      Files.createDirectory(path);
      own(path, new Owner(0, 0), 0755);
    }
    return path;
  }

  /** Removes everything. */
  void clear() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        delete(entry);
      }
    }
  }

  /** The path of an entry, with the directories above it, which archives may leave out. */
  private Path place(String name) throws IOException {
    Path path = resolve(name);
    for (Path above = path; !above.equals(root); above = above.getParent()) {
      ofThisLayer.add(above);
    }
    return path;
  }

  private Path resolve(String name) throws IOException {
    Path at = root;
    List<String> parts = List.of(name.split("/"));
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      if (part.equals(".") && parts.size() == 1) {
        return root;
      }
      if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf(0) >= 0) {
        throw new UnsoundImageException("expected a path within the image, got " + name);
      }
      at = at.resolve(part);
      if (i < parts.size() - 1 && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
          throw new UnsoundImageException(
              name + ": expected a directory at " + root.relativize(at) + ", got a link or file");
        }
        Files.createDirectory(at);
        own(at, new Owner(0, 0), 0755);
      }
    }
    return at;
  }

  private static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          delete(entry);
        }
      }
    }
    Files.deleteIfExists(path);
  }

  private void own(Path path, Owner owner, int mode) throws IOException {
    chown(path, owner);
    Files.setAttribute(path, "unix:mode", mode & PERMISSIONS);
  }

  private void chown(Path path, Owner owner) throws IOException {
    Files.setAttribute(path, "unix:uid", shifted(owner.uid()), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", shifted(owner.gid()), LinkOption.NOFOLLOW_LINKS);
  }

  private int shifted(long id) throws IOException {
    if (id < 0 || id >= RuntimeConfig.IDS) {
      throw new UnsoundImageException(
          "expected owners with numbers below " + RuntimeConfig.IDS + ", got " + id);
    }
    return idBase + (int) id;
  }

  private static void touch(Path path, Instant modified) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(modified));
  }
}
