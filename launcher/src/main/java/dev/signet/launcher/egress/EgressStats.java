// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the proxy has done since it started. Safe for use by many threads. */
public final class EgressStats {
  private final LongAdder requests = new LongAdder();
  private final LongAdder forwarded = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private final Map<EgressReason, LongAdder> problems = new EnumMap<>(EgressReason.class);

  EgressStats() {
    for (EgressReason reason : EgressReason.values()) {
      problems.put(reason, new LongAdder());
    }
  }

  /** Well-formed request headers that came from the agent. */
  public long requests() {
    return requests.sum();
  }

  /** Signed requests that were sent, repeated ones included. */
  public long forwarded() {
    return forwarded.sum();
  }

  /** Bytes of request bodies taken from the agent. */
  public long sentBytes() {
    return sentBytes.sum();
  }

  /** Bytes of response bodies given to the agent. */
  public long receivedBytes() {
    return receivedBytes.sum();
  }

  /** How often the proxy answered with this reason. */
  public long problems(EgressReason reason) {
    return problems.get(reason).sum();
  }

  /** Requests and connections that the proxy refused by itself. */
  public long refused() {
    return problems() - upstreamErrors();
  }

  /** Failures of upstreams. */
  public long upstreamErrors() {
    return problems(EgressReason.UPSTREAM_UNREACHABLE)
        + problems(EgressReason.UPSTREAM_TLS)
        + problems(EgressReason.UPSTREAM_BROKEN)
        + problems(EgressReason.UPSTREAM_TIMEOUT);
  }

  private long problems() {
    return problems.values().stream().mapToLong(LongAdder::sum).sum();
  }

  void countRequest() {
    requests.increment();
  }

  void countForwarded() {
    forwarded.increment();
  }

  void countSent(long bytes) {
    sentBytes.add(bytes);
  }

  void countReceived(long bytes) {
    receivedBytes.add(bytes);
  }

  void count(EgressReason reason) {
    problems.get(reason).increment();
  }
}
