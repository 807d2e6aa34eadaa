// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.StartedVersions.Mark;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.StateApproval.Floor;
import java.io.IOException;
import java.util.Optional;

/** Whether one build may start here after those that were started here before. */
final class VersionCheck {
  private final StartedVersions versions;
  private final AgentId agent;
  private final long version;
  private final Optional<Mark> newer;
  private Floor told;

  private VersionCheck(
      StartedVersions versions, AgentId agent, long version, Optional<Mark> newer) {
    this.versions = versions;
    this.agent = agent;
    this.version = version;
    this.newer = newer;
  }

  /**
   * @throws IOException if what was started before cannot be known
   */
  static VersionCheck of(StartedVersions versions, AgentId agent, long version) throws IOException {
    Optional<Mark> newer = versions.find(agent).filter(mark -> mark.securityVersion() > version);
    return new VersionCheck(versions, agent, version, newer);
  }

  /** What to say of an older build, before the verifier is asked. */
  Optional<String> warning() {
    return newer.map(
        mark ->
            "security version "
                + mark.securityVersion()
                + " of this agent ran on this host, this build is "
                + version
                + ": it starts only if an operator has lowered the floor since");
  }

  /** With what the verifier told when it approved this build. */
  boolean permits(Floor floor) {
    told = floor;
    return newer.isEmpty() || floor.lowered() > newer.get().lowered();
  }

  /** Once permitted, right before the start. */
  void starting() throws IOException {
    versions.starting(agent, version, told);
  }
}
