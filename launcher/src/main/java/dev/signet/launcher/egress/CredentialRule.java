// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.attestor.SecretName;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.PathForm;
import java.util.List;
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

  /** The host's port, or 0 for the scheme's own. */
  private int port() {
    int colon = where.host().indexOf(':', where.host().indexOf(']') + 1);
    return colon < 0 ? 0 : Integer.parseInt(where.host().substring(colon + 1));
  }

  private String host() {
    int colon = where.host().indexOf(':', where.host().indexOf(']') + 1);
    return colon < 0 ? where.host() : where.host().substring(0, colon);
  }

  boolean fits(String method, Target target) {
    return (port() == 0 ? target.hasStandardPort() : target.port() == port())
        && fitsHost(target.host())
        && (where.methods().equals(List.of("*")) || where.methods().contains(method))
        && fitsPath(target.path());
  }

  private boolean fitsHost(String host) {
    String wanted = host();
    return wanted.startsWith("*.") ? host.endsWith(wanted.substring(1)) : host.equals(wanted);
  }

  /** A path that can be read in two ways fits only a rule for all of them. */
  private boolean fitsPath(String path) {
    String wanted = where.path();
    if (wanted.equals("/*")) {
      return true;
    }
    return PathForm.of(path) instanceof PathForm.Normal(String normal)
        && (wanted.endsWith("*")
            ? normal.startsWith(wanted.substring(0, wanted.length() - 1))
            : normal.equals(wanted));
  }
}
