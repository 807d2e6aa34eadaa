// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.AttestorException;
import dev.signet.protocol.ProblemDetails;

/** A command that ends with another code than {@link ExitCode#GOOD}, and why. */
final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode code;
  private final String reason;

  private CommandFailure(ExitCode code, String reason, String detail, Throwable cause) {
    super(detail, cause);
    this.code = code;
    this.reason = reason;
  }

  /** The call was wrong; {@code detail} says what was expected, what came and what to do. */
  static CommandFailure usage(String detail) {
    return new CommandFailure(ExitCode.USAGE, "USAGE", detail, null);
  }

  static CommandFailure unavailable(String detail, Throwable cause) {
    return new CommandFailure(ExitCode.UNAVAILABLE, "UNAVAILABLE", detail, cause);
  }

  /** This host's TPM cannot be used, for a reason with a name. */
  static CommandFailure unavailable(AttestorException unusable) {
    return new CommandFailure(
        ExitCode.UNAVAILABLE, unusable.reason().name(), unusable.getMessage(), unusable);
  }

  static CommandFailure fault(Throwable cause) {
    return new CommandFailure(
        ExitCode.FAULT,
        "FAULT",
        "a fault in Signet, not in what you did ("
            + cause.getClass().getSimpleName()
            + "); run it again with SIGNET_DEBUG=1 and report what it prints",
        cause);
  }

  /** What was given is not what it should be, for a reason with a name. */
  static CommandFailure notAuthentic(Enum<?> reason, String detail) {
    return new CommandFailure(ExitCode.NOT_AUTHENTIC, reason.name(), detail, null);
  }

  /** Refused for a reason with a name, by policy. */
  static CommandFailure refused(Enum<?> reason, String detail) {
    return new CommandFailure(ExitCode.REFUSED, reason.name(), detail, null);
  }

  /** Refused for a reason that another module names. */
  static CommandFailure refused(String reason, String detail) {
    return new CommandFailure(ExitCode.REFUSED, reason, detail, null);
  }

  /** What the verifier refused. */
  static CommandFailure refusedByVerifier(ProblemDetails problem) {
    String text = "the verifier says: " + problem.title();
    if (problem.detail() != null) {
      text += " (" + problem.detail() + ")";
    }
    if (problem.decision() != null) {
      text += "; its audit log has the detail under decision " + problem.decision();
    }
    return new CommandFailure(ExitCode.REFUSED, problem.reason(), text, null);
  }

  ExitCode code() {
    return code;
  }

  /** A stable name: a refusal's, or that of the exit code. */
  String reason() {
    return reason;
  }
}
