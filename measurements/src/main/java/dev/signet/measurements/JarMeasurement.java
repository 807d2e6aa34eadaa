// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.Digest;

/**
 * What became of measuring a file that is to be started with {@code java -jar}. A JAR that may not
 * be started is an ordinary outcome with a name, not an exception.
 */
public sealed interface JarMeasurement {

  /**
   * The JAR's measurement.
   *
   * @param digest SHA-256 over the whole file, whatever is in it: class path rules of the JVM
   *     (multi-release entries, duplicates, data before or after the archive) cannot make two
   *     different files equal
   * @param size in bytes, as many as were hashed
   * @param mainClass what the manifest names; empty where it names none and need not
   */
  record Measured(Digest digest, long size, String mainClass) implements JarMeasurement {}

  /**
   * The JAR may not be measured, nor started.
   *
   * @param detail what was expected, what came and what to do
   */
  record Refused(Reason reason, String detail) implements JarMeasurement {}

  /** Why a JAR is refused. */
  enum Reason {
    /** A symbolic link, a directory or a device. */
    NOT_A_REGULAR_FILE,
    /** Over {@link JarRuler#MAX_BYTES}. */
    TOO_LARGE_JAR,
    /** It changed while it was read. */
    CHANGED,
    /** The JVM's own reader cannot open it. */
    NOT_A_JAR,
    /** No manifest, more than one, or one that is too large or cannot be parsed. */
    BAD_MANIFEST,
    /** {@code java -jar} would not know what to start. */
    NO_MAIN_CLASS,
    /** {@code Class-Path} loads code from files that the digest does not cover. */
    CLASS_PATH,
    /** {@code Launcher-Agent-Class} starts an agent that may change every class. */
    LAUNCHER_AGENT,
    /** {@code META-INF/INDEX.LIST} makes Java 21 and earlier load classes from other files. */
    JAR_INDEX
  }
}
