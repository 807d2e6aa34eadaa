// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.attestor.SecretName;
import dev.signet.launcher.egress.permission.Rule;
import dev.signet.protocol.EgressPermission;
import java.util.Objects;

/**
 * To which requests the launcher adds a secret, and where.
 *
 * @param secret whose value is added
 * @param where to hosts that are named; over https, or to a loopback address
 * @param signed false where the service is to learn nothing of the agent's identity: the request
 *     then leaves without token, signature and digest
 * @param encodedAnswers whether answers may come compressed, in which the secret cannot be seen
 */
public record CredentialRule(
    SecretName secret,
    EgressPermission where,
    Placement placement,
    boolean signed,
    boolean encodedAnswers) {

  /**
   * @throws IllegalArgumentException if the rule is for any host or port
   */
  public CredentialRule {
    Objects.requireNonNull(secret, "secret");
    Objects.requireNonNull(placement, "placement");
    if (where.host().equals("*") || where.host().startsWith("*:") || where.host().endsWith(":*")) {
      throw new IllegalArgumentException(
          "host: expected the names and the port that the secret is for, got " + where.host());
    }
  }

  boolean fits(String method, Target target) {
    return new Rule(where).permits(method, target.destination(), target.path());
  }
}
