// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.attestor.AgentSecrets;
import java.util.List;
import java.util.Objects;

/**
 * What the proxy adds to requests that the agent does not hold.
 *
 * @param rules of several that fit and fill the same field, the first one counts
 * @param secrets closed with the proxy
 */
public record Credentials(List<CredentialRule> rules, SecretSource secrets) {
  /** Nothing is added. */
  public static final Credentials NONE =
      new Credentials(List.of(), name -> new AgentSecrets.Opened.Missing());

  public Credentials {
    rules = List.copyOf(rules);
    Objects.requireNonNull(secrets, "secrets");
  }
}
