// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.time.Duration;

/** The standard limits, but for what a test wants small. */
final class TestLimits {
  private static final EgressLimits STANDARD = EgressLimits.standard();

  private long bodyBytes = STANDARD.bodyBytes();
  private int bodyMemoryBytes = STANDARD.bodyMemoryBytes();
  private long spoolBytes = STANDARD.spoolBytes();
  private int connections = STANDARD.connections();
  private Duration response = STANDARD.response();
  private Duration stream = STANDARD.stream();
  private Duration agent = STANDARD.agent();

  TestLimits bodyBytes(long most, int inMemory) {
    bodyBytes = most;
    bodyMemoryBytes = inMemory;
    return this;
  }

  TestLimits spoolBytes(long most) {
    spoolBytes = most;
    return this;
  }

  TestLimits connections(int most) {
    connections = most;
    return this;
  }

  /** For the upstream's answer, for silence in it, and for silence of the agent. */
  TestLimits patience(Duration answer, Duration silence, Duration ofAgent) {
    response = answer;
    stream = silence;
    agent = ofAgent;
    return this;
  }

  EgressLimits limits() {
    return new EgressLimits(
        STANDARD.headBytes(),
        STANDARD.fields(),
        bodyBytes,
        bodyMemoryBytes,
        spoolBytes,
        connections,
        STANDARD.idleUpstreams(),
        STANDARD.upstreamIdle(),
        STANDARD.connect(),
        response,
        stream,
        agent,
        STANDARD.drain());
  }
}
