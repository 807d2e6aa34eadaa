// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Option;

/** When a reference statement is valid. */
final class ValidityOptions {
  private static final int DEFAULT_DAYS = 90;
  private static final int MAX_DAYS = 3660;

  @Option(
      names = "--valid-days",
      paramLabel = "N",
      description = "How long the statement is valid (default " + DEFAULT_DAYS + ").")
  private Integer days;

  @Option(
      names = "--not-before",
      paramLabel = "TIME",
      description = "When it begins, such as 2026-11-21T10:15:30Z (default: now).")
  private Instant notBefore;

  @Option(
      names = "--not-after",
      paramLabel = "TIME",
      description = "When it ends, instead of --valid-days.")
  private Instant notAfter;

  Instant notBefore(Invocation invocation) throws CommandFailure {
    if (notBefore != null) {
      return notBefore;
    }
    String epoch = invocation.environment().get("SOURCE_DATE_EPOCH");
    if (epoch == null) {
      return invocation.clock().instant();
    }
    if (!epoch.matches("[0-9]{1,11}")) {
      throw CommandFailure.usage(
          "SOURCE_DATE_EPOCH: expected seconds since 1970, got \"" + epoch + "\"");
    }
    return Instant.ofEpochSecond(Long.parseLong(epoch));
  }

  Instant notAfter(Invocation invocation) throws CommandFailure {
    if (notAfter != null) {
      if (days != null) {
        throw CommandFailure.usage("expected --valid-days or --not-after, got both");
      }
      return notAfter;
    }
    int n = days == null ? DEFAULT_DAYS : days;
    if (n < 1 || n > MAX_DAYS) {
      throw CommandFailure.usage("--valid-days: expected 1 to " + MAX_DAYS + ", got " + n);
    }
    return notBefore(invocation).plus(Duration.ofDays(n));
  }
}
