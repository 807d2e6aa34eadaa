// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StateApproval;
import dev.signet.protocol.StrictJson;
import java.io.IOException;

/**
 * Does beside the first steps of a launch what a new JVM is slow at and will need: readers and
 * writers of the messages, and a TLS connection to the verifier. Nothing depends on it; what it
 * could not do is done when it is needed.
 */
public final class Preparation {
  private Preparation() {}

  /** Readers and writers of the messages of a launch. */
  public static void ofMessages() {
    Thread.ofPlatform()
        .daemon()
        .name("signet-prepare")
        .start(
            () ->
                StrictJson.prepare(
                    EnrolledHost.class,
                    ReferenceStatement.class,
                    LaunchEvent.Start.class,
                    LaunchLog.Baseline.class,
                    ChallengeRequest.class,
                    Challenge.class,
                    AttestationRequest.class,
                    StateApproval.Granted.class,
                    AttestationResult.class));
  }

  /** A connection that the first calls to the verifier will find open. */
  static void ofConnection(VerifierClient verifier) {
    Thread.ofPlatform().daemon().name("signet-connect").start(() -> connect(verifier));
  }

  private static void connect(VerifierClient verifier) {
    try {
      verifier.call("GET", "/v1/keys", null, null);
    } catch (IOException e) {
      // The launch will meet the same trouble and tell it in its own words.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
