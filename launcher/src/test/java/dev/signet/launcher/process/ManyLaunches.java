// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A launcher that makes and removes launch directories as fast as it can. */
final class ManyLaunches {
  private ManyLaunches() {}

  /** Arguments: the parent directory, how many. */
  public static void main(String[] args) throws Exception {
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      try (LaunchDirectory directory = LaunchDirectory.create(Path.of(args[0]), Optional.empty())) {
        Files.createFile(directory.work().resolve("mine"));
        Files.createFile(directory.jar().resolve("mine"));
      }
    }
  }
}
