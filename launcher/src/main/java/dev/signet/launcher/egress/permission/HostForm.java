// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/** What a request's host is: a name, an address, or something that resolvers read differently. */
sealed interface HostForm {
  /** A DNS name in lower case, without a dot at its end. */
  record Name(String name) implements HostForm {}

  /** An address in its one usual spelling. */
  record Address(InetAddress address) implements HostForm {}

  /**
   * Neither for certain.
   *
   * @param why what is wrong with it, for people
   */
  record Odd(String why) implements HostForm {}

  /** As WHATWG's URL standard: whose last label is a number is an address, whatever else it has. */
  Pattern NUMERIC = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\\.?");

  Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

  Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]{2,45}]");

  /**
   * @param host in lower case, as it stands in a URI: IPv6 in brackets
   */
  static HostForm of(String host) {
    if (host.startsWith("[")) {
      return ipv6(host);
    }
    if (NUMERIC.matcher(host).matches()) {
      return IPV4.matcher(host).matches()
          ? new Address(InetAddress.ofLiteral(host))
          : new Odd("an IPv4 address has four decimal numbers without leading zeros");
    }
    if (host.endsWith(".")) {
      return new Odd("a host has no dot at its end");
    }
    return host.isEmpty() || host.startsWith(".") || host.contains("..")
        ? new Odd("a host has no empty label")
        : new Name(host);
  }

  private static HostForm ipv6(String host) {
    try {
      if (IPV6.matcher(host).matches()
          && InetAddress.ofLiteral(host.substring(1, host.length() - 1))
              instanceof Inet6Address address) {
        return new Address(address);
      }
      return new Odd("an IPv4 address is not written as an IPv6 address");
    } catch (IllegalArgumentException e) {
      return new Odd("this is no IPv6 address");
    }
  }
}
