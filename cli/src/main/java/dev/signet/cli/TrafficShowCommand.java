// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.traffic.BodyKey;
import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.LogGap;
import dev.signet.launcher.traffic.TrafficLine;
import dev.signet.launcher.traffic.TrafficReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    description = {
      "Prints one exchange, or all of a launch in order, with what was recorded of their bodies.",
      "Bodies are recorded where signet run --record-bodies says so, and open with the private half"
          + " of --record-key only."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet traffic show hLx4f2/12 --key reader.pem",
      "  signet traffic show hLx4f2 --key reader.pem | less"
    })
final class TrafficShowCommand implements SignetCommand {
  private static final Pattern ID =
      Pattern.compile("([A-Za-z0-9_-]{4,22})(?:/([1-9][0-9]{0,17}))?");

  private final Invocation invocation;

  @Mixin private HostOptions host;

  @Parameters(
      paramLabel = "LAUNCH[/NUMBER]",
      description = "As signet traffic prints it; the beginning of the launch's id is enough.")
  private String id;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key (PEM) that opens recorded bodies.")
  private Path key;

  private int found;
  private int faults;

  TrafficShowCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Matcher words = ID.matcher(id);
    if (!words.matches()) {
      throw CommandFailure.usage(
          "expected a launch, or a launch and a number such as hLx4f2/12, got \"" + id + "\"");
    }
    String launch = words.group(1);
    Long number = words.group(2) == null ? null : Long.valueOf(words.group(2));
    Optional<BodyKey> opens =
        key == null ? Optional.empty() : Optional.of(TrafficCommand.key(key, invocation));
    try (TrafficReader reader =
        TrafficCommand.reader(
            host.state(invocation.environment()),
            (file, what) -> {
              faults++;
              invocation.note("warning: not what was written: " + file + ": " + what);
            })) {
      reader.read(
          line -> {
            if (line.launch().value().startsWith(launch)
                && (number == null || covers(line, number))) {
              show(line, opens);
            }
            return true;
          });
    }
    if (found == 0) {
      throw CommandFailure.usage("there is no exchange " + id + " in this host's logs (any more)");
    }
    return faults == 0 ? ExitCode.GOOD : ExitCode.NOT_AUTHENTIC;
  }

  private static boolean covers(TrafficLine line, long number) {
    return line instanceof LogGap gap
        ? gap.n() <= number && number < gap.n() + gap.count()
        : line.n() == number;
  }

  private void show(TrafficLine line, Optional<BodyKey> opens) {
    if (found++ > 0) {
      invocation.say("");
    }
    switch (line) {
      case LogGap gap ->
          invocation.say(
              "%s/%d  %d exchanges are missing: %s"
                  .formatted(gap.launch(), gap.n(), gap.count(), gap.reason()));
      case ExchangeRecord exchange -> show(exchange, opens);
    }
  }

  private void show(ExchangeRecord exchange, Optional<BodyKey> opens) {
    ExchangeRecord.Request request = exchange.request();
    invocation.say(exchange.id() + "  " + exchange.time() + "  " + exchange.agent());
    invocation.say(
        (request.method() == null ? "(no request was understood)" : request.method())
            + " "
            + TrafficLines.url(exchange));
    fields(request.fields());
    content(
        request.bytes(),
        request.digest() == null ? "" : ", " + request.digest(),
        request.body(),
        opens.flatMap(k -> k.request(exchange)));
    ExchangeRecord.Answer answer = exchange.answer();
    invocation.say(
        (answer == null ? "no answer" : Integer.toString(answer.status()))
            + "  "
            + exchange.decision()
            + (exchange.reason() == null ? "" : " " + exchange.reason())
            + " after "
            + TrafficLines.duration(exchange.times().ended()));
    if (answer != null) {
      fields(answer.fields());
      content(
          answer.bytes(),
          answer.digest() == null ? "" : ", " + answer.digest(),
          answer.body(),
          opens.flatMap(k -> k.answer(exchange)));
    }
    if (exchange.signature() != null) {
      invocation.say(
          "  signed by "
              + exchange.signature().keyid()
              + ", nonce "
              + exchange.signature().nonce());
    }
    times(exchange);
  }

  private void times(ExchangeRecord exchange) {
    ExchangeRecord.Times times = exchange.times();
    StringBuilder points = new StringBuilder("  ");
    point(points, "received", times.received());
    point(points, "prepared", times.prepared());
    point(points, "signed", times.signed());
    point(points, "sent", times.sent());
    point(points, "answered", times.answered());
    points.append("ended ").append(TrafficLines.duration(times.ended()));
    if (exchange.upstream() != null) {
      points.append("  by ").append(exchange.upstream());
    }
    invocation.say(points + (exchange.attempts() > 1 ? "  (sent twice)" : ""));
  }

  private static void point(StringBuilder points, String name, Long micros) {
    if (micros != null) {
      points.append(name).append(' ').append(TrafficLines.duration(micros)).append(", ");
    }
  }

  private void fields(Map<String, String> fields) {
    fields.keySet().stream()
        .sorted()
        .forEach(name -> invocation.say("  " + name + ": " + fields.get(name)));
  }

  private void content(
      long bytes, String digest, ExchangeRecord.Body body, Optional<byte[]> opened) {
    if (bytes == 0) {
      return;
    }
    String recorded =
        body == null
            ? "not recorded"
            : body.omitted() != null
                ? "not recorded: " + body.omitted()
                : opened.isEmpty()
                    ? key == null
                        ? "encrypted; --key FILE shows it"
                        : "encrypted for another key, or changed"
                    : (body.whole() ? "whole" : "the first " + body.bytes() + " bytes")
                        + (body.redacted() == 0 ? "" : ", " + body.redacted() + " redacted")
                        + (body.coding() == null ? "" : ", coded: " + body.coding());
    invocation.say("  (" + bytes + " bytes" + digest + "; " + recorded + ")");
    opened.ifPresent(this::print);
  }

  private void print(byte[] content) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      text.lines().forEach(line -> invocation.say("  | " + line));
    } catch (CharacterCodingException e) {
      invocation.say("  | binary: --har FILE has it");
    }
  }
}
