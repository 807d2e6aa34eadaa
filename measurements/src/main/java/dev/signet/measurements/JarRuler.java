// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.measurements.JarMeasurement.Reason;
import dev.signet.measurements.JarMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Map;

/**
 * The one ruler: CI measures with it what it signs, the launcher what it starts.
 *
 * <p>The file is opened once for hashing, never through a symbolic link in its last part. The
 * manifest is then read by the JVM's own JAR reader, so that what is checked is what will be used;
 * inode, size and change time must be the same before and after. Somebody who may write the file
 * can still win that race within one tick of the file system's clock: a launcher measures its own
 * private copy.
 */
public final class JarRuler {
  /** The largest JAR that is measured: 1 GiB. */
  public static final long MAX_BYTES = 1L << 30;

  private static final int BUFFER_BYTES = 128 * 1024;

  private JarRuler() {}

  /** What the JAR is for, and so what its manifest must have and must not. */
  public enum Use {
    /** Started by {@code java -jar}. */
    EXECUTABLE,
    /** First on a class path, with a main class that somebody else names if it does not. */
    PROGRAM,
    /** Further on a class path. */
    LIBRARY
  }

  /**
   * Measures a JAR that {@code java -jar} will start.
   *
   * @throws IOException if there is no such file or it cannot be read
   */
  public static JarMeasurement measure(Path jar) throws IOException {
    return measure(jar, Use.EXECUTABLE);
  }

  /** Measures a JAR for another use; its main class is empty where it names none. */
  public static JarMeasurement measure(Path jar, Use use) throws IOException {
    return measure(jar, use, MAX_BYTES);
  }

  static JarMeasurement measure(Path jar, Use use, long maxBytes) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(jar, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      return new Refused(
          Reason.NOT_A_REGULAR_FILE,
          "expected a regular file, got "
              + kind(attributes)
              + ": name the JAR itself, since a link can lead elsewhere when it is started");
    }
    if (attributes.size() > maxBytes) {
      return tooLarge(maxBytes);
    }
    Map<String, Object> before = identity(jar);
    MessageDigest hash = Digest.sha256();
    long size = 0;
    try (FileChannel in =
        FileChannel.open(jar, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (in.read(buffer.clear()) > 0) {
        size += buffer.position();
        if (size > maxBytes) {
          return tooLarge(maxBytes);
        }
        hash.update(buffer.flip());
      }
    }
    JarMeasurement manifest = JarSideDoors.inspect(jar, use, Digest.ofDigest(hash.digest()), size);
    if (!before.equals(identity(jar)) || size != attributes.size()) {
      return new Refused(
          Reason.CHANGED,
          "expected a file that nobody writes, but it changed while it was read: measure it after"
              + " the build has finished");
    }
    return manifest;
  }

  private static Map<String, Object> identity(Path jar) throws IOException {
    return Files.readAttributes(jar, "unix:dev,ino,size,ctime", LinkOption.NOFOLLOW_LINKS);
  }

  private static Refused tooLarge(long maxBytes) {
    return new Refused(
        Reason.TOO_LARGE_JAR,
        "expected a JAR of at most " + maxBytes + " bytes, got a larger file");
  }

  private static String kind(BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return "a symbolic link";
    }
    return attributes.isDirectory() ? "a directory" : "something else (device, pipe or socket)";
  }
}
