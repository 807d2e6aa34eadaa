// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.time.Duration;

/**
 * Everything that is bounded in the proxy.
 *
 * @param headBytes request line and header fields together
 * @param fields header fields of a request
 * @param bodyBytes a request body, which is kept until it is signed
 * @param bodyMemoryBytes how much of a body stays in memory before it goes to a file
 * @param spoolBytes all bodies together, in memory and in files
 * @param connections connections of the agent at one time
 * @param idleUpstreams unused upstream connections kept by each event loop
 * @param upstreamIdle how long those are kept
 * @param connect name resolution aside, how long connecting and TLS may take
 * @param response from the sent request to the answer's header
 * @param stream without a byte moving in an answer
 * @param agent without a byte from the agent where one is expected
 * @param drain how long running exchanges may go on when the proxy closes
 */
public record EgressLimits(
    int headBytes,
    int fields,
    long bodyBytes,
    int bodyMemoryBytes,
    long spoolBytes,
    int connections,
    int idleUpstreams,
    Duration upstreamIdle,
    Duration connect,
    Duration response,
    Duration stream,
    Duration agent,
    Duration drain) {

  public EgressLimits {
    if (headBytes < 1024
        || fields < 1
        || bodyBytes < 0
        || bodyMemoryBytes < 0
        || spoolBytes < 0
        || connections < 1) {
      throw new IllegalArgumentException("a limit of the egress proxy is too small: " + headBytes);
    }
  }

  /**
   * 32 KiB of header, 64 MiB of body (1 MiB of it in memory), 256 MiB of all bodies, answers within
   * ten minutes.
   */
  public static EgressLimits standard() {
    return new EgressLimits(
        32 * 1024,
        128,
        64L * 1024 * 1024,
        1024 * 1024,
        256L * 1024 * 1024,
        2048,
        32,
        // Below the five seconds after which widespread servers close an unused connection.
        Duration.ofSeconds(4),
        Duration.ofSeconds(10),
        // Language models think for minutes before the first byte.
        Duration.ofMinutes(10),
        Duration.ofMinutes(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10));
  }
}
