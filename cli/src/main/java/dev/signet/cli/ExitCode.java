// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

/** How a command ends; the same for every command, so that scripts can rely on it. */
enum ExitCode {
  GOOD(0, "good"),
  /** Authentic perhaps, but not acceptable. */
  REFUSED(1, "refused"),
  /** Not made or signed by whom it should be, or not well-formed. */
  NOT_AUTHENTIC(2, "not-authentic"),
  /** The call was wrong: options, files that are missing, not readable or of the wrong kind. */
  USAGE(64, "usage"),
  /** Something that the command needs does not work: a service, a TPM, a disk. */
  UNAVAILABLE(69, "unavailable"),
  /** A fault in Signet. */
  FAULT(70, "fault");

  private final int code;
  private final String outcome;

  ExitCode(int code, String outcome) {
    this.code = code;
    this.outcome = outcome;
  }

  int code() {
    return code;
  }

  /** The name in JSON results. */
  String outcome() {
    return outcome;
  }
}
