// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.Verification;

/** Reads verifications in tests. */
public final class Expect {
  private Expect() {}

  public static <T> T authentic(Verification<T> verification) {
    return switch (verification) {
      case Verification.Authentic<T>(T value) -> value;
      case Verification.Refused<T>(Refusal reason, String detail) ->
          throw new AssertionError("expected authentic, got " + reason + ": " + detail);
    };
  }

  public static void refused(Verification<?> verification, Refusal reason, String detail) {
    assertThat(verification).isInstanceOf(Verification.Refused.class);
    Verification.Refused<?> refused = (Verification.Refused<?>) verification;
    assertThat(refused.reason()).as(refused.detail()).isEqualTo(reason);
    assertThat(refused.detail()).contains(detail);
  }
}
