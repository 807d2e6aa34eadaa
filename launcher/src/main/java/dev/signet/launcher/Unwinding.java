// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened so far, last first, unless everything came to a good end. */
final class Unwinding implements AutoCloseable {
  /** Something to be undone. */
  @FunctionalInterface
  interface Step {
    void undo() throws IOException;
  }

  private final Deque<Step> steps = new ArrayDeque<>();

  void undo(Step step) {
    steps.push(step);
  }

  /** From now on nothing is undone. */
  void keepAll() {
    steps.clear();
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    RuntimeException fault = null;
    while (!steps.isEmpty()) {
      try {
        steps.pop().undo();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      } catch (RuntimeException e) {
        // A fault in one step must not leave a key or a proxy behind.
        if (fault == null) {
          fault = e;
        } else {
          fault.addSuppressed(e);
        }
      }
    }
    if (fault != null) {
      if (first != null) {
        fault.addSuppressed(first);
      }
      throw fault;
    }
    if (first != null) {
      throw first;
    }
  }
}
