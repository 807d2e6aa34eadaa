// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

/**
 * One thing that was looked at.
 *
 * @param found what there is, and what to do if that is not good
 */
record DoctorCheck(String check, State state, String found) {
  /** How it is. */
  enum State {
    GOOD,
    /** Somebody should look at it. */
    WARNING,
    BAD
  }

  static DoctorCheck good(String check, String found) {
    return new DoctorCheck(check, State.GOOD, found);
  }

  static DoctorCheck look(String check, String found) {
    return new DoctorCheck(check, State.WARNING, found);
  }

  static DoctorCheck bad(String check, String found) {
    return new DoctorCheck(check, State.BAD, found);
  }
}
