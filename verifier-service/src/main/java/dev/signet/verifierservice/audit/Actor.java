// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;

/**
 * Who asked for something, as the audit log has it: kind and name, so that a host cannot be called
 * like an operator. Names of hosts, operators and services have no colon.
 *
 * @param text such as {@code host:laptop}, {@code operator:first}, {@code service:billing} or
 *     {@code agent:spiffe://example.org/agent/billing}
 */
public record Actor(String text) {
  /** Somebody who did not prove to be anybody. */
  public static final Actor UNPROVEN = new Actor("-");

  /** This service by itself, as configured. */
  public static final Actor VERIFIER = new Actor("verifier");

  /** A host that proved to be it: with its TPM, freshly. */
  public static Actor host(HostId host) {
    return new Actor("host:" + host);
  }

  /** An agent whose launch was attested and whose request key signed the call. */
  public static Actor agent(AgentId agent) {
    return new Actor("agent:" + agent);
  }

  public static Actor operator(String name) {
    return new Actor("operator:" + name);
  }

  public static Actor service(String name) {
    return new Actor("service:" + name);
  }
}
