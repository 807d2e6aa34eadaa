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

  Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]{2,45}]");

  /**
   * @param host in lower case, as it stands in a URI: IPv6 in brackets
   */
  static HostForm of(String host) {
    if (host.startsWith("[")) {
      return ipv6(host);
    }
    if (endsWithNumber(host)) {
      return isIpv4(host)
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

  /** As WHATWG's URL standard: whose last label is a number is an address, whatever else it has. */
  private static boolean endsWithNumber(String host) {
    int end = host.endsWith(".") ? host.length() - 1 : host.length();
    int start = host.lastIndexOf('.', end - 1) + 1;
    if (host.startsWith("0x", start) || host.startsWith("0X", start)) {
      return areDigits(host, start + 2, end, 16);
    }
    return start < end && areDigits(host, start, end, 10);
  }

  /** Four numbers up to 255, none with a zero before it: the one usual spelling. */
  private static boolean isIpv4(String host) {
    int start = 0;
    for (int part = 1; part <= 4; part++) {
      int end = part < 4 ? host.indexOf('.', start) : host.length();
      int length = end - start;
      if (length < 1
          || length > 3
          || !areDigits(host, start, end, 10)
          || length > 1 && host.charAt(start) == '0'
          || Integer.parseInt(host, start, end, 10) > 255) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  private static boolean areDigits(String text, int start, int end, int radix) {
    for (int i = start; i < end; i++) {
      // Character.digit also takes digits of other scripts.
      if (text.charAt(i) >= 0x7f || Character.digit(text.charAt(i), radix) < 0) {
        return false;
      }
    }
    return true;
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
