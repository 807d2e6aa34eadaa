// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

/**
 * A host and a port of it.
 *
 * @param host a DNS name in lower case or an address; an IPv6 address stands in brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
  /**
   * Reads {@code HOST} or {@code HOST:PORT}; without a port it is 443.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static HostPort parse(String text) {
    try {
      Target target = Target.parse("https://" + text);
      if (target.pathAndQuery().equals("/") && !text.endsWith("/")) {
        return of(target);
      }
    } catch (RefusedRequestException e) {
      throw new IllegalArgumentException(
          "expected HOST or HOST:PORT, got " + text + ": " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("expected HOST or HOST:PORT, got " + text);
  }

  static HostPort of(Target target) {
    return new HostPort(target.host(), target.port());
  }

  @Override
  public int compareTo(HostPort other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
