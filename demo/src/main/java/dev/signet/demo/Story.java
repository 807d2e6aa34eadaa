// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.signet.protocol.StrictJson;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Tells the scenes, to a person or to a machine, and counts which came as expected. */
final class Story {
  /** One line of {@code signet demo --json}. */
  @JsonPropertyOrder({"scene", "expected", "outcome", "reason", "ms"})
  record Line(String scene, String expected, String outcome, String reason, long ms) {}

  /** The last line. */
  record Last(Summary summary) {}

  /** How it went. */
  record Summary(int scenes, int asExpected) {}

  /**
   * What a scene came to.
   *
   * @param outcome {@code accepted} or {@code refused}
   * @param reason the name that was returned
   * @param told one sentence for people
   */
  record Outcome(String outcome, String reason, String told) {
    static Outcome accepted(String told) {
      return new Outcome("accepted", "ACCEPTED", told);
    }

    static Outcome refused(String reason, String told) {
      return new Outcome("refused", reason, told);
    }
  }

  /** One scene; what it throws ends the demo. */
  @FunctionalInterface
  interface Scene {
    Outcome play() throws Exception;
  }

  private final PrintStream out;
  private final boolean json;
  private int scenes;
  private int asExpected;

  Story(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void say(String text) {
    if (!json) {
      out.println(text);
    }
  }

  /**
   * @param expected {@code ACCEPTED} or the name of the refusal
   */
  void scene(String name, String what, String expected, Scene scene) throws Exception {
    long start = System.nanoTime();
    Outcome outcome = scene.play();
    long ms = (System.nanoTime() - start) / 1_000_000;
    boolean good = expected.equals(outcome.reason());
    scenes++;
    asExpected += good ? 1 : 0;
    if (json) {
      out.println(
          new String(
              StrictJson.encode(new Line(name, expected, outcome.outcome(), outcome.reason(), ms)),
              StandardCharsets.UTF_8));
    } else {
      out.printf("%n%2d. %s%n", scenes, what);
      out.printf(
          "    %s %s (%d ms)%s%n",
          good ? "ok " : "NOT AS EXPECTED (" + expected + "):", outcome.reason(), ms, "");
      out.println("    " + outcome.told());
    }
    out.flush();
  }

  /** Ends the story; true if all came as expected. */
  boolean end() {
    if (json) {
      out.println(
          new String(
              StrictJson.encode(new Last(new Summary(scenes, asExpected))),
              StandardCharsets.UTF_8));
    } else {
      out.printf("%n%d scenes, %d as expected.%n", scenes, asExpected);
    }
    out.flush();
    return scenes == asExpected;
  }
}
