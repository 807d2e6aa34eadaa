// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** The {@code signet} command in this JVM, or in one whose clock is wrong. */
public final class SignetHere {
  /** Seconds by which {@link #main}'s clock is ahead. */
  public static final String SKEW = "signet.test.skew";

  private SignetHere() {}

  /** What came of a command. */
  public record Ended(int code, String out, String err) {
    /** Standard output as one JSON object. */
    public JsonNode json() throws MalformedMessageException {
      return StrictJson.tree(out.getBytes(StandardCharsets.UTF_8), 1 << 20);
    }
  }

  /** Runs one command with captured streams. */
  public static Ended run(Map<String, String> environment, Object... arguments) {
    return run(new byte[0], environment, arguments);
  }

  /** The same, with a standard input. */
  public static Ended run(byte[] input, Map<String, String> environment, Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Invocation invocation =
        new Invocation(
            new ByteArrayInputStream(input),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.copyOf(environment),
            Clock.systemUTC(),
            SecureRandom::new);
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = Signet.run(invocation, words);
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** {@code signet} as a process, with a clock that is off by {@value #SKEW} seconds. */
  public static void main(String[] arguments) {
    Duration ahead = Duration.ofSeconds(Long.getLong(SKEW));
    Invocation invocation =
        new Invocation(
            System.in,
            System.out,
            System.err,
            System.getenv(),
            Clock.offset(Clock.systemUTC(), ahead),
            SecureRandom::new);
    System.exit(Signet.run(invocation, arguments));
  }
}
