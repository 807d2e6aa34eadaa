// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

/**
 * Why a JAR is not started: it would run code that its digest does not cover, or cannot be run.
 *
 * @param detail what was found and what to do
 */
public record SideDoor(Kind kind, String detail) {
  /** What was found. */
  public enum Kind {
    NOT_A_JAR,
    NO_MANIFEST,
    /** Two manifests: runtimes may read different ones. */
    AMBIGUOUS_MANIFEST,
    NO_MAIN_CLASS,
    /** The manifest names other JARs, whose digests nobody checked. */
    CLASS_PATH,
    /** The manifest starts a Java agent, which can rewrite every class. */
    LAUNCHER_AGENT,
    /** An index that makes Java before 22 load other JARs. */
    JAR_INDEX
  }
}
