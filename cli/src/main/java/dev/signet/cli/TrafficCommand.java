// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.traffic.BodyKey;
import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.LogSettings;
import dev.signet.launcher.traffic.TrafficLine;
import dev.signet.launcher.traffic.TrafficReader;
import dev.signet.protocol.MalformedMessageException;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "traffic",
    description = {
      "Shows what the agents of this host sent and got: the launchers' exchange logs, oldest"
          + " first.",
      "One exchange a line: the time of its end (UTC), its id, → forwarded, × refused, ! failed or"
          + " ~ abandoned, method, status, bytes sent and got, duration, target. Values of queries"
          + " are not kept."
    },
    subcommands = TrafficShowCommand.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet traffic --follow",
      "  signet traffic --since 10m --decision refused",
      "  signet traffic --host '*.example.com' --status 5xx --json",
      "  signet traffic --launch hLx4f2 --har session.har --key reader.pem",
      "  signet traffic show hLx4f2/12 --key reader.pem"
    })
final class TrafficCommand implements SignetCommand {
  private static final long POLL_MILLIS = 200;
  private static final int LAST_WHEN_FOLLOWING = 10;
  private static final int MAX_KEY_BYTES = 16 * 1024;

  private final Invocation invocation;

  @Mixin private HostOptions host;
  @Mixin private TrafficFilter filter;

  @Option(names = "--follow", description = "Go on with what happens from now on.")
  private boolean follow;

  @Option(
      names = "--last",
      paramLabel = "NUMBER",
      description = "Only so many of what there is already. Default: all; with --follow 10.")
  private Integer last;

  @Option(names = "--json", description = "Print the lines of the log, JSON each.")
  private boolean json;

  @Option(
      names = "--no-color",
      description = "No colours. They are used on a terminal, unless NO_COLOR is set.")
  private boolean plain;

  @Option(
      names = "--har",
      paramLabel = "FILE",
      description = "Write a new HAR 1.2 file instead, for a browser's developer tools.")
  private Path har;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "With --har: the private key that opens recorded bodies.")
  private Path key;

  private int faults;

  TrafficCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public ExitCode run() throws CommandFailure, IOException, InterruptedException {
    TrafficFilter.Chosen chosen = filter.at(invocation.clock().instant());
    if (key != null && har == null) {
      throw CommandFailure.usage("--key: expected with --har; signet traffic show prints bodies");
    }
    if (follow && har != null) {
      throw CommandFailure.usage("--follow: expected without --har, which is written at once");
    }
    if (last != null && (last < 0 || last > 1_000_000)) {
      throw CommandFailure.usage("--last: expected 0 to 1000000, got " + last);
    }
    try (TrafficReader reader = reader(host.state(invocation.environment()))) {
      if (har != null) {
        writeHar(reader, chosen);
      } else {
        show(reader, chosen);
      }
    }
    return faults == 0 ? ExitCode.GOOD : ExitCode.NOT_AUTHENTIC;
  }

  private TrafficReader reader(Path state) throws CommandFailure {
    return reader(
        state,
        (file, what) -> {
          faults++;
          invocation.note("warning: not what was written: " + file + ": " + what);
        });
  }

  static TrafficReader reader(Path state, TrafficReader.Faults faults) throws CommandFailure {
    Path logs = LogSettings.in(state);
    if (!Files.isDirectory(state)) {
      throw CommandFailure.usage("expected a host's state directory at " + state);
    }
    return new TrafficReader(logs, faults);
  }

  private void show(TrafficReader reader, TrafficFilter.Chosen chosen)
      throws IOException, InterruptedException {
    TrafficLines lines = new TrafficLines(colours(), width(invocation.environment()));
    Integer few =
        last == null && follow && !filter.sinceIsGiven()
            ? Integer.valueOf(LAST_WHEN_FOLLOWING)
            : last;
    boolean wanted = true;
    if (few == null) {
      wanted = reader.read(line -> print(line, chosen, lines));
    } else {
      Deque<TrafficLine> newest = new ArrayDeque<>();
      reader.read(
          line -> {
            if (chosen.takes(line)) {
              newest.add(line);
              if (newest.size() > few) {
                newest.remove();
              }
            }
            return true;
          });
      for (TrafficLine line : newest) {
        wanted = print(line, chosen, lines);
      }
    }
    while (follow && wanted) {
      Thread.sleep(POLL_MILLIS);
      wanted = reader.read(line -> print(line, chosen, lines)) && !invocation.out().checkError();
    }
  }

  /** Whether anybody reads on. */
  private boolean print(TrafficLine line, TrafficFilter.Chosen chosen, TrafficLines lines) {
    if (chosen.takes(line)) {
      if (json) {
        // Escapes of a terminal are written as JSON writes them.
        invocation.say(new String(line.encode(), StandardCharsets.UTF_8));
      } else {
        invocation.write(lines.of(line).getBytes(StandardCharsets.UTF_8));
      }
    }
    return !follow || !invocation.out().checkError();
  }

  private boolean colours() {
    String none = invocation.environment().get("NO_COLOR");
    return !plain && !json && (none == null || none.isEmpty()) && terminal();
  }

  private static boolean terminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** A terminal's, as the shell tells it; 0 where lines go elsewhere. */
  private static int width(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    return columns.matches("[1-9][0-9]{1,3}") ? Math.max(60, Integer.parseInt(columns)) : 0;
  }

  private void writeHar(TrafficReader reader, TrafficFilter.Chosen chosen)
      throws IOException, CommandFailure {
    Optional<BodyKey> opens = key == null ? Optional.empty() : Optional.of(key(key, invocation));
    int[] count = new int[1];
    boolean complete = false;
    HarFile file = HarFile.create(har, VersionCommand.signetVersion(), opens);
    try (file) {
      reader.read(
          line -> {
            if (line instanceof ExchangeRecord exchange && chosen.takes(line)) {
              file.add(exchange);
              count[0]++;
            }
            return true;
          });
      complete = true;
    } finally {
      if (!complete) {
        Files.deleteIfExists(har); // new, and ours
      }
    }
    invocation.say(har + "  " + count[0] + " exchanges");
  }

  static BodyKey key(Path file, Invocation invocation) throws IOException, CommandFailure {
    byte[] pem = InputFile.read(file, MAX_KEY_BYTES, invocation);
    try {
      return BodyKey.parse(pem);
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage("--key " + file + ": " + e.getMessage());
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }
}
