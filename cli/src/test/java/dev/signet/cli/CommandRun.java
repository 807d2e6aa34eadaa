// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.StrictJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Runs commands in this JVM with captured streams, at a time of the test's choice. */
final class CommandRun {
  static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");

  Instant now = NOW;
  byte[] in = {};
  final Map<String, String> environment = new HashMap<>();

  /** What came of it. */
  record Ended(int code, byte[] bytes, String out, String err) {
    JsonNode json() throws Exception {
      return StrictJson.tree(bytes, 1 << 20);
    }
  }

  Ended signet(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Invocation invocation =
        new Invocation(
            new ByteArrayInputStream(in),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            Clock.fixed(now, ZoneOffset.UTC),
            SecureRandom::new);
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = Signet.run(invocation, words);
    return new Ended(
        code,
        out.toByteArray(),
        out.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command that must end well. */
  Ended good(Object... arguments) {
    Ended ended = signet(arguments);
    assertThat(ended.code()).as(ended.err()).isZero();
    return ended;
  }
}
