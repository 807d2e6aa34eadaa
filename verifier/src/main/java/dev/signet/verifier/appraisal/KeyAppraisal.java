// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Signing;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.util.ArrayList;
import java.util.List;

/** Compares the keys of a launch with its event and with what an operator asks of them. */
final class KeyAppraisal {
  private KeyAppraisal() {}

  static List<Finding> findings(
      LaunchEvent.Start start, VerifiedLaunchLog log, Registration registration, Claim claim) {
    List<Finding> findings = new ArrayList<>();
    if (!start.requestKey().equals(claim.requestKey().thumbprint())) {
      findings.add(
          finding(
              Refusal.NO_LIVE_LAUNCH,
              "request key: launched with %s, evidence for %s",
              start.requestKey(),
              claim.requestKey().thumbprint()));
    }
    if (start.keyProtection() != claim.keyProtection()) {
      findings.add(
          finding(
              Refusal.NO_LIVE_LAUNCH,
              "key protection: launched with %s, evidence for %s",
              start.keyProtection(),
              claim.keyProtection()));
    }
    if (claim.signing() != null && start.signing() != claim.signing()) {
      findings.add(
          finding(
              Refusal.NO_LIVE_LAUNCH,
              "signing: launched for %s, evidence for %s",
              start.signing(),
              claim.signing()));
    }
    // A resident key is made for one launch. A sealed one is the agent's, launch after launch.
    if (start.keyProtection() == KeyProtection.RESIDENT && log.keyUsedBefore(start)) {
      findings.add(
          finding(
              Refusal.NO_LIVE_LAUNCH,
              "request key: expected one made for this launch, an earlier launch had %s",
              start.requestKey()));
    }
    if (registration.keys().resident() && start.keyProtection() != KeyProtection.RESIDENT) {
      findings.add(
          finding(
              Refusal.KEY_NOT_PERMITTED,
              "key protection: expected %s, launched with %s",
              KeyProtection.RESIDENT,
              start.keyProtection()));
    }
    if (registration.keys().direct() && start.signing() != Signing.DIRECT) {
      findings.add(
          finding(
              Refusal.KEY_NOT_PERMITTED,
              "signing: expected %s, launched for %s",
              Signing.DIRECT,
              start.signing()));
    }
    return findings;
  }

  private static Finding finding(Refusal reason, String detail, Object... sides) {
    return new Finding(reason, detail.formatted(sides));
  }
}
