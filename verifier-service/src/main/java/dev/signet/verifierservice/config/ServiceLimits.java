// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import java.time.Duration;

/**
 * Bounds that an operator may want to move; those that the protocol fixes stand in {@link
 * dev.signet.protocol.Limits}.
 *
 * @param perAddress calls from one address without credentials
 * @param perHost enrolments and evidence from one host
 * @param handshakeTimeout from the accepted connection to its first request line
 * @param requestTimeout from the first byte of a request to its last
 * @param idleTimeout of a connection between requests
 * @param connections open at once
 * @param connectionsPerAddress open at once from one address
 * @param streams open /v1/trust/stream connections
 * @param pendingHosts remembered hosts that nobody admitted
 * @param challengesPerHost unused challenges of one host
 * @param replayNonces signatures remembered by /v1/verify and /v1/authz
 */
public record ServiceLimits(
    Rate perAddress,
    Rate perHost,
    Duration handshakeTimeout,
    Duration requestTimeout,
    Duration idleTimeout,
    int connections,
    int connectionsPerAddress,
    int streams,
    int pendingHosts,
    int challengesPerHost,
    int replayNonces) {
  /**
   * A token bucket.
   *
   * @param perSecond refill
   * @param burst size
   */
  public record Rate(int perSecond, int burst) {}

  public static final ServiceLimits STANDARD =
      new ServiceLimits(
          new Rate(50, 200),
          new Rate(20, 60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          4096,
          256,
          256,
          256,
          64,
          1_000_000);
}
