// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.ProblemDetails;

/** What the verifier answered: what was asked for, or a refusal with a name. */
public sealed interface Answer<T> {
  record Granted<T>(T value) implements Answer<T> {}

  record Refused<T>(ProblemDetails problem) implements Answer<T> {
    /** "NOT_ADMITTED: no operator admitted this host (decision 4711)". */
    public String describe() {
      StringBuilder text = new StringBuilder(problem.reason()).append(": ").append(problem.title());
      if (problem.detail() != null) {
        text.append(" — ").append(problem.detail());
      }
      if (problem.decision() != null) {
        text.append(" (decision ").append(problem.decision()).append(')');
      }
      return text.toString();
    }
  }
}
