// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

/**
 * Another user for the agent, so that it cannot touch the launcher's files and memory. Only root
 * can start one.
 */
public record AgentUser(int uid, int gid) {
  public AgentUser {
    if (uid < 1 || gid < 1) {
      throw new IllegalArgumentException(
          "the agent's user and group must not be root: uid " + uid + ", gid " + gid);
    }
  }
}
