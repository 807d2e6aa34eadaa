// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import java.util.Objects;

/** What became of asking for something: it, or why there is none. */
public sealed interface Issued<T> {
  record Granted<T>(T value) implements Issued<T> {
    public Granted {
      Objects.requireNonNull(value, "value");
    }
  }

  /** None. */
  record None<T>(Absence why) implements Issued<T> {
    public None {
      Objects.requireNonNull(why, "why");
    }
  }

  /**
   * Why there is none.
   *
   * @param permitted false if nothing that the agent or time could do will change it: its
   *     registration does not allow it
   * @param detail for the agent's log
   */
  record Absence(boolean permitted, String detail) {
    public Absence {
      Objects.requireNonNull(detail, "detail");
    }

    /** It may come by itself. */
    public static Absence forNow(String detail) {
      return new Absence(true, detail);
    }

    /** The registration does not allow it. */
    public static Absence notPermitted(String detail) {
      return new Absence(false, detail);
    }
  }

  /** None, but perhaps later. */
  static <T> Issued<T> notNow(String detail) {
    return new None<>(Absence.forNow(detail));
  }
}
