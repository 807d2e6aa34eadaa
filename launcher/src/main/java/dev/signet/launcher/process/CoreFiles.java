// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this host does with the memory of a program that crashed. */
public final class CoreFiles {
  /** The gap to tell where {@link #arePiped()}. */
  public static final String PIPED =
      "no-core-files: this host pipes core dumps to a program, whatever the limit";

  private CoreFiles() {}

  /** core(5): the limit does not hold for dumps that are piped to a program. */
  public static boolean arePiped() throws IOException {
    Path pattern = Path.of("/proc/sys/kernel/core_pattern");
    return Files.isReadable(pattern) && Files.readString(pattern).startsWith("|");
  }
}
