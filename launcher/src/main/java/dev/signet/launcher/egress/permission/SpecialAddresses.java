// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Addresses that are not of the public Internet: IANA's special-purpose address registries (RFC
 * 6890, as of 2025) of which the "globally reachable" ones are left out, and where clouds tell
 * machines their secrets.
 */
final class SpecialAddresses {
  /** The first that fits says what it is. */
  private static final Map<AddressRange, String> RANGES = new LinkedHashMap<>();

  private static final AddressRange GLOBAL_IPV6 = AddressRange.parse("2000::/3");

  /** RFC 6052 section 2.1: an IPv4 address in the last 32 bits. */
  private static final AddressRange NAT64 = AddressRange.parse("64:ff9b::/96");

  static {
    add("cloud metadata", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192");
    add("cloud metadata", "169.254.170.2", "fd00:ec2::254", "fd20:ce::254");
    add("loopback (RFC 1122)", "127.0.0.0/8");
    add("loopback (RFC 4291)", "::1");
    add("unspecified (RFC 1122)", "0.0.0.0/8");
    add("unspecified (RFC 4291)", "::");
    add("private (RFC 1918)", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
    add("unique local (RFC 4193)", "fc00::/7");
    add("link-local (RFC 3927)", "169.254.0.0/16");
    add("link-local (RFC 4291)", "fe80::/10");
    add("site-local (RFC 3879)", "fec0::/10");
    add("shared by a provider (RFC 6598)", "100.64.0.0/10");
    add("a broadcast address (RFC 919)", "255.255.255.255");
    add("multicast (RFC 5771)", "224.0.0.0/4");
    add("multicast (RFC 4291)", "ff00::/8");
    add("reserved (RFC 1112)", "240.0.0.0/4");
    add("Teredo, with an IPv4 address in it (RFC 4380)", "2001::/32");
    add("of IETF protocols (RFC 6890)", "192.0.0.0/24", "2001::/23");
    add("for documentation (RFC 5737)", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24");
    add("for documentation (RFC 3849, RFC 9637)", "2001:db8::/32", "3fff::/20");
    add("for benchmarks (RFC 2544)", "198.18.0.0/15");
    add("a 6to4 relay (RFC 7526)", "192.88.99.0/24");
    add("6to4, with an IPv4 address in it (RFC 3056)", "2002::/16");
    add("NAT64, with an IPv4 address in it (RFC 6052, RFC 8215)", "64:ff9b::/96", "64:ff9b:1::/48");
    add("an IPv4 address in disguise (RFC 4291)", "::/96", "::ffff:0:0:0/96");
  }

  private SpecialAddresses() {}

  private static void add(String what, String... ranges) {
    for (String range : ranges) {
      RANGES.put(AddressRange.parse(range), what);
    }
  }

  /** What makes the address special; empty for one of the public Internet. */
  static Optional<String> kind(InetAddress address) {
    for (Map.Entry<AddressRange, String> range : RANGES.entrySet()) {
      if (range.getKey().contains(address)) {
        return Optional.of(range.getValue());
      }
    }
    return address.getAddress().length == 16 && !GLOBAL_IPV6.contains(address)
        ? Optional.of("not of the public Internet (RFC 4291)")
        : Optional.empty();
  }

  /** The IPv4 address that a translator will make of this one. */
  static Optional<InetAddress> behindTranslator(InetAddress address) {
    if (!NAT64.contains(address)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), 12, 16)));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are an IPv4 address", e);
    }
  }
}
