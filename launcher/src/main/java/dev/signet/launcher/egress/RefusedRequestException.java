// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

/** Carries a {@link Problem} out of parsing; it never leaves this package. */
final class RefusedRequestException extends Exception {
  private final transient Problem problem;

  RefusedRequestException(EgressReason reason, String detail) {
    // A refusal is an ordinary outcome: no stack trace is collected for it.
    super(detail, null, false, false);
    this.problem = new Problem(reason, detail);
  }

  private RefusedRequestException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  static RefusedRequestException busy(SignerBusyException cause) {
    return new RefusedRequestException(
        new Problem(
            EgressReason.SIGNER_BUSY,
            "The TPM has more requests to sign than it can in time. Nothing was sent. Try again in"
                + " %d s, send fewer requests, or have the launch started with --signing=lease."
                    .formatted(cause.retryAfter().toSeconds()),
            cause.retryAfter()));
  }

  static RefusedRequestException malformed(String detail) {
    return new RefusedRequestException(EgressReason.MALFORMED_REQUEST, detail);
  }

  Problem problem() {
    return problem;
  }
}
