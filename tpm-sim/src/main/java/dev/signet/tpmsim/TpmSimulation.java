// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** What the simulation needs from the machine: programs on the PATH. */
public final class TpmSimulation {
  private TpmSimulation() {}

  /**
   * Tells what to install before a simulated TPM can be manufactured or started.
   *
   * @return a sentence naming the missing programs and their Debian packages, or empty if all are
   *     there
   */
  public static Optional<String> missing() {
    Set<String> programs = new LinkedHashSet<>();
    Set<String> packages = new LinkedHashSet<>();
    if (!onPath("swtpm")) {
      programs.add("swtpm");
      packages.add("swtpm");
    }
    for (String program : new String[] {"swtpm_setup", "swtpm_localca", "swtpm_cert"}) {
      if (!onPath(program)) {
        programs.add(program);
        packages.add("swtpm-tools");
      }
    }
    if (programs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "expected "
            + String.join(", ", programs)
            + " on the PATH, found none; on Debian or Ubuntu: apt-get install "
            + String.join(" ", packages));
  }

  static void require() throws TpmSimulationException {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      throw new TpmSimulationException(missing.get());
    }
  }

  static Optional<Path> program(String name) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static boolean onPath(String name) {
    return program(name).isPresent();
  }
}
