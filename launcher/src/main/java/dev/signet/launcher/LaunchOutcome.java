// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.ReleaseOutcome;
import dev.signet.protocol.ProblemDetails;

/** What became of a launch. In every case but {@link Running} no agent was started. */
public sealed interface LaunchOutcome {
  /** The agent runs; whoever receives it waits for its end and closes it. */
  record Running(RunningAgent agent) implements LaunchOutcome {}

  /**
   * The launcher's own check failed. Nothing was recorded then, but where only the verifier could
   * say whether an older build may start.
   *
   * @param reason a {@code Refusal} name, or that of a {@code JarMeasurement.Reason}
   * @param detail what was expected, what came, what to do
   */
  record RefusedHere(String reason, String detail) implements LaunchOutcome {}

  /** The verifier refused. */
  record RefusedByVerifier(ProblemDetails problem) implements LaunchOutcome {}

  /** The verifier approved, but the TPM kept the key. */
  record KeptByTpm(ReleaseOutcome.Reason reason, String detail) implements LaunchOutcome {}
}
