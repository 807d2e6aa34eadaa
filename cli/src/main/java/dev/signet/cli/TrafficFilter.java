// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.LogGap;
import dev.signet.launcher.traffic.TrafficLine;
import dev.signet.protocol.AgentId;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Options that say which exchanges are meant; all of them must hold. */
final class TrafficFilter {
  private static final int MIN_PREFIX = 4;
  private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");
  private static final Pattern STATUS = Pattern.compile("[1-9](?:[0-9]{2}|xx)|none");

  @Option(
      names = "--launch",
      paramLabel = "ID",
      description = "Of this launch; the beginning of its id is enough.")
  private String launch;

  @Option(names = "--agent", paramLabel = "AGENT", description = "Of this agent.")
  private AgentId agent;

  @Option(
      names = "--host",
      paramLabel = "PATTERN",
      description = "To hosts such as api.example.com or *.example.com.")
  private String host;

  @Option(names = "--method", paramLabel = "METHOD", description = "With this method.")
  private String method;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Answered with 404, 4xx, …; none for those without an answer.")
  private String status;

  @Option(
      names = "--decision",
      paramLabel = "DECISION",
      description = "That were forwarded, refused, failed or abandoned.")
  private String decision;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "That ended in the last 90s, 10m, 2h or 7d, or since 2026-11-21T10:15:30Z.")
  private String since;

  /** What the options mean at a time. */
  record Chosen(
      String launch,
      AgentId agent,
      Pattern host,
      String method,
      String status,
      ExchangeRecord.Decision decision,
      Instant since) {

    boolean takes(TrafficLine line) {
      boolean meant =
          (launch == null || line.launch().value().startsWith(launch))
              && (agent == null || agent.equals(line.agent()))
              && (since == null || !line.ended().isBefore(since));
      return meant
          && switch (line) {
            // What is missing may have been anything.
            case LogGap gap -> true;
            case ExchangeRecord exchange -> takes(exchange);
          };
    }

    private boolean takes(ExchangeRecord exchange) {
      ExchangeRecord.Request request = exchange.request();
      return (host == null || (request.host() != null && host.matcher(request.host()).matches()))
          && (method == null || method.equalsIgnoreCase(request.method()))
          && (decision == null || decision == exchange.decision())
          && (status == null || takes(exchange.answer()));
    }

    private boolean takes(ExchangeRecord.Answer answer) {
      if (answer == null) {
        return status.equals("none");
      }
      String its = Integer.toString(answer.status());
      return status.endsWith("xx") ? its.charAt(0) == status.charAt(0) : its.equals(status);
    }
  }

  boolean sinceIsGiven() {
    return since != null;
  }

  Chosen at(Instant now) throws CommandFailure {
    if (launch != null && !launch.matches("[A-Za-z0-9_-]{" + MIN_PREFIX + ",22}")) {
      throw CommandFailure.usage(
          "--launch: expected " + MIN_PREFIX + " characters or more of a launch's id");
    }
    if (status != null && !STATUS.matcher(status).matches()) {
      throw CommandFailure.usage("--status: expected 404, 4xx or none, got \"" + status + "\"");
    }
    return new Chosen(launch, agent, hosts(), method, status, decision(), since(now));
  }

  private Pattern hosts() {
    return host == null
        ? null
        : Pattern.compile(
            "\\Q"
                + host.toLowerCase(Locale.ROOT).replace("\\E", "").replace("*", "\\E.*\\Q")
                + "\\E");
  }

  private ExchangeRecord.Decision decision() throws CommandFailure {
    if (decision == null) {
      return null;
    }
    for (ExchangeRecord.Decision one : ExchangeRecord.Decision.values()) {
      if (one.name().equalsIgnoreCase(decision)) {
        return one;
      }
    }
    throw CommandFailure.usage(
        "--decision: expected forwarded, refused, failed or abandoned, got \"" + decision + "\"");
  }

  private Instant since(Instant now) throws CommandFailure {
    if (since == null) {
      return null;
    }
    Matcher ago = AGO.matcher(since);
    if (ago.matches()) {
      long number = Long.parseLong(ago.group(1));
      return now.minus(
          switch (ago.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          });
    }
    try {
      return Instant.parse(since);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage(
          "--since: expected 90s, 10m, 2h, 7d or a time such as 2026-11-21T10:15:30Z, got \""
              + since
              + "\"");
    }
  }
}
