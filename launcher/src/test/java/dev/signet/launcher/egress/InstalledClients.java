// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Clients in Python and Node.js that somebody installed where {@code -Dsignet.clients=} says, as
 * the launcher's README tells.
 */
final class InstalledClients {
  static final String SWITCH = "signet.clients";
  static final String REASON = "-Dsignet.clients=DIR, see launcher/README.md";
  private static final Path PROGRAMS = Path.of("src/test/clients").toAbsolutePath();

  private final Path installed = Path.of(System.getProperty(SWITCH)).toAbsolutePath();
  private final Path scripts;

  /**
   * Copies the programs to where Node.js finds their modules.
   *
   * @param directory an empty one
   */
  InstalledClients(Path directory) throws IOException {
    scripts = directory;
    Files.createSymbolicLink(scripts.resolve("node_modules"), installed.resolve("node_modules"));
    try (Stream<Path> programs = Files.list(PROGRAMS)) {
      for (Path program : programs.toList()) {
        Files.copy(program, scripts.resolve(program.getFileName()));
      }
    }
  }

  String[] python(String script, String... arguments) {
    return command(installed.resolve("venv/bin/python"), script, arguments);
  }

  /** A release that looks at the proxy's variables if {@code NODE_USE_ENV_PROXY} says so. */
  String[] node(String script, String... arguments) {
    return command(installed.resolve("node_modules/node/bin/node"), script, arguments);
  }

  /** A release that does not look at them at all. */
  String[] olderNode(String script, String... arguments) {
    return command(installed.resolve("node_modules/node-20/bin/node"), script, arguments);
  }

  private String[] command(Path program, String script, String... arguments) {
    return Stream.concat(
            Stream.of(program.toString(), scripts.resolve(script).toString()),
            List.of(arguments).stream())
        .toArray(String[]::new);
  }
}
