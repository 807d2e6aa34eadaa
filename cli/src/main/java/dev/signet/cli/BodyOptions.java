// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.traffic.RecordedBodies;
import dev.signet.launcher.traffic.Redaction;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Options of {@code signet run} about bodies in the exchange log. */
final class BodyOptions {
  @Option(
      names = "--record-bodies",
      paramLabel = "HOST[/PATH]",
      description =
          "Keep the bodies of exchanges with this host (*.HOST: its subdomains) below this path in"
              + " the exchange log, encrypted. May be repeated.")
  private List<String> places = new ArrayList<>();

  @Option(
      names = "--record-key",
      paramLabel = "FILE",
      description =
          "With --record-bodies: the public P-256 key (PEM) whose owner can read the bodies.")
  private Path key;

  @Option(
      names = "--record-max",
      paramLabel = "BYTES",
      description = "With --record-bodies: how much of a body is kept. Default: 65536.")
  private Integer maxBytes;

  @Option(
      names = "--redact",
      paramLabel = "POINTER",
      description =
          "With --record-bodies: take this out of every body before it is encrypted: a JSON"
              + " pointer, * for any member or element, such as /messages/*/content. Bodies in"
              + " which it cannot be looked for are left out. May be repeated.")
  private List<String> redactions = new ArrayList<>();

  Optional<RecordedBodies> recorded() throws CommandFailure, IOException {
    if (places.isEmpty()) {
      if (key != null || maxBytes != null || !redactions.isEmpty()) {
        throw CommandFailure.usage(
            "--record-key, --record-max, --redact: expected with --record-bodies");
      }
      return Optional.empty();
    }
    if (key == null) {
      throw CommandFailure.usage(
          "--record-bodies: expected --record-key FILE, since bodies are kept encrypted only;"
              + " signet keys new makes a pair");
    }
    try {
      return Optional.of(
          new RecordedBodies(
              all("--record-bodies", places, RecordedBodies.Place::parse),
              all("--redact", redactions, Redaction::parse),
              maxBytes == null ? RecordedBodies.STANDARD_BYTES : maxBytes,
              reader()));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--record-bodies: " + e.getMessage());
    }
  }

  private static <T> List<T> all(String option, List<String> texts, Function<String, T> parse)
      throws CommandFailure {
    List<T> parsed = new ArrayList<>();
    for (String text : texts) {
      try {
        parsed.add(parse.apply(text));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(option + ": " + e.getMessage());
      }
    }
    return parsed;
  }

  private PublicJwk reader() throws CommandFailure, IOException {
    try {
      return KeyFiles.readPublic(key);
    } catch (KeyFormatException e) {
      throw CommandFailure.usage("--record-key " + key + ": " + e.getMessage());
    }
  }
}
