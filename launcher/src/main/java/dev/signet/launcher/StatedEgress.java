// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.Route;
import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.Judgement;
import dev.signet.launcher.egress.permission.NameResolver;
import dev.signet.launcher.egress.permission.RecentNames;
import dev.signet.measurements.VerifiedStatement;

/**
 * What a launch's statement and operator say of the agent's way out, and what that will come to.
 */
final class StatedEgress {
  private StatedEgress() {}

  /** Warns of what will not work as somebody may think. */
  static EgressPolicy policy(VerifiedStatement statement, EgressRequest asked, Progress progress) {
    EgressPolicy policy =
        new EgressPolicy(
            statement.statement().predicate().egress(),
            asked.rules(),
            RecentNames.of(NameResolver.SYSTEM));
    if (policy.signed().isEmpty()) {
      progress.say(
          Progress.Step.WARNING,
          "the reference statement permits the agent no request; signet measure --egress says"
              + " which it may send");
    }
    for (Route route : asked.routes()) {
      if (policy.connect(route.destination()) instanceof Judgement.Refused(String detail)) {
        progress.say(
            Progress.Step.WARNING, "the route " + route.name() + " is of no use: " + detail);
      }
    }
    return policy;
  }
}
