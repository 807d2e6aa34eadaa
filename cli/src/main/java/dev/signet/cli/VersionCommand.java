// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "version",
    description = "Prints the version of Signet and of the Java runtime.",
    footerHeading = "%nExamples:%n",
    footer = {"  signet version", "  signet version --json"})
final class VersionCommand implements SignetCommand {
  private final Invocation invocation;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  VersionCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, String version, String java, String os) {}

  @Override
  public ExitCode run() throws IOException {
    Result result =
        new Result(
            ExitCode.GOOD.outcome(),
            signetVersion(),
            Runtime.version().toString(),
            System.getProperty("os.name") + " " + System.getProperty("os.version"));
    if (json) {
      invocation.print(result);
    } else {
      invocation.say("signet " + result.version());
      invocation.say("java   " + result.java());
      invocation.say("os     " + result.os());
    }
    return ExitCode.GOOD;
  }

  static String signetVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    }
    return properties.getProperty("version");
  }

  /** For {@code signet --version}. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      return new String[] {"signet " + signetVersion()};
    }
  }
}
