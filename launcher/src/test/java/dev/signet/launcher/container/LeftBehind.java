// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.process.LaunchDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What launches left on this host. */
final class LeftBehind {
  private LeftBehind() {}

  static boolean sweep(Path parent) throws IOException {
    LaunchDirectory.sweep(parent, Cgroups::removeIfAny);
    try (Stream<Path> left = Files.list(parent)) {
      return left.findAny().isEmpty();
    }
  }

  /** Control groups of launches, in every hierarchy. */
  static List<Path> groups() throws IOException {
    try (Stream<Path> all = Files.find(Path.of("/sys/fs/cgroup"), 3, (p, a) -> a.isDirectory())) {
      return all.filter(p -> p.getParent().endsWith("signet")).toList();
    }
  }
}
