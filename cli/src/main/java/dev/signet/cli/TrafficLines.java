// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.LogGap;
import dev.signet.launcher.traffic.TrafficLine;
import dev.signet.protocol.LaunchId;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Exchanges for people, one a line, in columns; each day and launch is named where it begins. Hosts
 * and paths are what an agent wrote: they are made safe for a terminal.
 */
final class TrafficLines {
  private static final int ID_CHARS = 6;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private static final String DIM = "2";
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String MAGENTA = "35";
  private static final String CYAN = "36";

  private final boolean colours;
  private final int width;
  private final Set<LaunchId> named = new HashSet<>();
  private LocalDate day;

  /**
   * @param width to which a line is cut; 0 for lines of any length
   */
  TrafficLines(boolean colours, int width) {
    this.colours = colours;
    this.width = width;
  }

  /** One line, with those before it that name a new day or launch; each with its line end. */
  String of(TrafficLine line) {
    StringBuilder text = new StringBuilder();
    LocalDate its = LocalDate.ofInstant(line.ended(), ZoneOffset.UTC);
    if (!its.equals(day)) {
      day = its;
      text.append(painted(DIM, its + " UTC")).append('\n');
    }
    if (named.add(line.launch())) {
      text.append(painted(DIM, "launch " + line.launch() + "  " + safe(line.agent().value())))
          .append('\n');
    }
    String start = time(line.ended()) + "  " + "%-12s".formatted(shortId(line)) + "  ";
    text.append(painted(DIM, start));
    switch (line) {
      case LogGap gap ->
          text.append(
              painted(
                  RED,
                  "! %d exchange%s missing here (%s)"
                      .formatted(gap.count(), gap.count() == 1 ? " is" : "s are", gap.reason())));
      case ExchangeRecord exchange -> append(text, exchange, start.length());
    }
    return text.append('\n').toString();
  }

  private void append(StringBuilder text, ExchangeRecord exchange, int used) {
    String method = exchange.request().method() == null ? "-" : exchange.request().method();
    String status = exchange.answer() == null ? "-" : Integer.toString(exchange.answer().status());
    String sizes =
        size(exchange.request().bytes())
            + "/"
            + size(exchange.answer() == null ? 0 : exchange.answer().bytes());
    String duration = duration(exchange.times().ended());
    text.append(painted(colour(exchange.decision()), mark(exchange.decision())))
        .append(' ')
        .append("%-7s".formatted(safe(method)))
        .append(' ')
        .append(painted(colour(exchange), "%3s".formatted(status)))
        .append("  ")
        .append("%11s  %7s  ".formatted(sizes, duration));
    String reason = exchange.reason() == null ? unsigned(exchange) : exchange.reason() + " ";
    int room = width == 0 ? Integer.MAX_VALUE : width - used - 37 - reason.length();
    text.append(painted(colour(exchange.decision()), reason)).append(cut(url(exchange), room));
  }

  /** Says so where something left the host without a signature. */
  private static String unsigned(ExchangeRecord exchange) {
    boolean left = exchange.decision() != ExchangeRecord.Decision.REFUSED;
    return left && exchange.upstream() != null && exchange.signature() == null ? "unsigned " : "";
  }

  /** The target as the agent wrote it, without the values of its query. */
  static String url(ExchangeRecord exchange) {
    ExchangeRecord.Request request = exchange.request();
    StringBuilder url = new StringBuilder();
    if (request.scheme() != null) {
      url.append(request.scheme()).append("://");
    }
    url.append(request.host() == null ? "" : request.host());
    int usual = request.scheme() == null ? 0 : request.scheme().equals("https") ? 443 : 80;
    if (request.port() != null && request.port() != usual) {
      url.append(':').append(request.port());
    }
    url.append(request.path() == null ? "" : request.path());
    String separator = "?";
    for (String name : request.query()) {
      url.append(separator).append(name).append(name.isEmpty() ? "…" : "=…");
      separator = "&";
    }
    return safe(url.toString());
  }

  static String safe(String text) {
    return Terminal.printable(text);
  }

  static String shortId(TrafficLine line) {
    return line.launch().value().substring(0, ID_CHARS) + "/" + line.n();
  }

  private static String time(Instant time) {
    return TIME.format(time);
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, Math.max(0, most - 1)) + "…";
  }

  static String size(long bytes) {
    if (bytes < 1000) {
      return Long.toString(bytes);
    }
    double size = bytes;
    for (String unit : new String[] {"k", "M", "G"}) {
      size /= 1000;
      if (size < 999.5) {
        return String.format(Locale.ROOT, size < 9.95 ? "%.1f%s" : "%.0f%s", size, unit);
      }
    }
    return String.format(Locale.ROOT, "%.0fT", size / 1000);
  }

  static String duration(long micros) {
    return micros < 10_000
        ? String.format(Locale.ROOT, "%.1fms", micros / 1000.0)
        : micros < 10_000_000
            ? micros / 1000 + "ms"
            : String.format(Locale.ROOT, "%.1fs", micros / 1_000_000.0);
  }

  private static String mark(ExchangeRecord.Decision decision) {
    return switch (decision) {
      case FORWARDED -> "→";
      case REFUSED -> "×";
      case FAILED -> "!";
      case ABANDONED -> "~";
    };
  }

  private static String colour(ExchangeRecord.Decision decision) {
    return switch (decision) {
      case FORWARDED -> GREEN;
      case REFUSED -> RED;
      case FAILED -> MAGENTA;
      case ABANDONED -> YELLOW;
    };
  }

  private static String colour(ExchangeRecord exchange) {
    if (exchange.answer() == null) {
      return DIM;
    }
    return switch (exchange.answer().status() / 100) {
      case 1, 3 -> CYAN;
      case 2 -> GREEN;
      case 4 -> YELLOW;
      default -> RED;
    };
  }

  private String painted(String colour, String text) {
    return colours && !text.isEmpty() ? "\033[" + colour + "m" + text + "\033[0m" : text;
  }
}
