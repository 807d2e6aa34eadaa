// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/**
 * {@code POST /v1/challenges}.
 *
 * @param akName 34 bytes
 * @param purpose {@link Purpose#RELEASE} or {@link Purpose#ATTEST}
 */
public record ChallengeRequest(Bytes akName, AgentId agent, Purpose purpose) {
  public ChallengeRequest {
    Require.size(akName, 34, 34, "akName");
    Require.present(agent, "agent");
    Require.present(purpose, "purpose");
    if (purpose == Purpose.ENROL) {
      throw new IllegalArgumentException("purpose: expected release or attest");
    }
  }
}
