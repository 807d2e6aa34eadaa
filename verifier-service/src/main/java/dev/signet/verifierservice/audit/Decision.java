// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.audit;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;

/**
 * One thing that was decided, for the audit log.
 *
 * @param act what was asked for, such as {@code attest} or {@code revoke}
 * @param actor who proved to have asked
 * @param outcome {@code OK} or the name of the refusal
 * @param detail what the caller does not learn, or null
 * @param heard when something was last heard of the agent on its host, or null where no agent is
 *     concerned
 */
public record Decision(
    String act,
    Actor actor,
    AgentId agent,
    HostId host,
    LaunchId launch,
    String outcome,
    String detail,
    Heard heard) {
  public static final String OK = "OK";
  private static final int DETAIL_CHARS = 2000;

  public Decision {
    if (detail != null && detail.length() > DETAIL_CHARS) {
      detail = detail.substring(0, DETAIL_CHARS) + "…";
    }
  }

  /** An operator's act that was done. */
  public static Decision act(
      String act, Actor operator, HostId host, AgentId agent, String detail) {
    return new Decision(act, operator, agent, host, null, OK, detail, null);
  }
}
