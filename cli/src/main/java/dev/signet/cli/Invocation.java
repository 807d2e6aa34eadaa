// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.StrictJson;
import java.io.InputStream;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a command sees of the world: its streams, environment, time and randomness.
 *
 * @param random made when first needed, since most commands need none and start faster without
 */
record Invocation(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Clock clock,
    Supplier<SecureRandom> random) {

  /** One line of result for people. */
  void say(String line) {
    out.print(Terminal.printable(line) + "\n");
  }

  /** One line about progress or trouble, beside the result. */
  void note(String line) {
    err.print("signet: " + Terminal.printable(line) + "\n");
  }

  /** One JSON object on a line, for machines. */
  void print(Object result) {
    write(StrictJson.encode(result));
    out.print("\n");
  }

  void write(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  /** The same, with results on standard error. */
  Invocation withoutOutput() {
    return new Invocation(in, err, err, environment, clock, random);
  }

  boolean debug() {
    return "1".equals(environment.get("SIGNET_DEBUG"));
  }
}
