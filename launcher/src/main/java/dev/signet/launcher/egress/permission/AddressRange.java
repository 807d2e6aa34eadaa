// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of addresses (RFC 4632): those of one family whose first {@code bits} bits are those of
 * {@code first}.
 */
public record AddressRange(InetAddress first, int bits) {
  private static final Pattern FORM = Pattern.compile("([0-9a-fA-F.:]{2,45})(?:/([0-9]{1,3}))?");

  public AddressRange {
    byte[] octets = first.getAddress();
    if (bits < 0 || bits > octets.length * 8) {
      throw new IllegalArgumentException(
          "expected a prefix of 0 to " + octets.length * 8 + " bits, got " + bits);
    }
    for (int bit = bits; bit < octets.length * 8; bit++) {
      if ((octets[bit / 8] & (0x80 >> bit % 8)) != 0) {
        throw new IllegalArgumentException(
            "expected the first address of the range, whose bits after the prefix are zero, got "
                + first.getHostAddress()
                + "/"
                + bits);
      }
    }
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or a single address.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static AddressRange parse(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      InetAddress first = literal(form.group(1));
      if (first != null) {
        return new AddressRange(
            first,
            form.group(2) == null
                ? first.getAddress().length * 8
                : Integer.parseInt(form.group(2)));
      }
    }
    throw new IllegalArgumentException(
        "expected an address range such as 10.0.0.0/8 or fd00::/8, got \"" + text + "\"");
  }

  private static InetAddress literal(String text) {
    if (HostForm.of(text.contains(":") ? "[" + text + "]" : text)
        instanceof HostForm.Address(InetAddress address)) {
      return address;
    }
    return null;
  }

  /** Whether the address is in it; never for one of the other family. */
  public boolean contains(InetAddress address) {
    byte[] octets = address.getAddress();
    byte[] prefix = first.getAddress();
    if (octets.length != prefix.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += 8) {
      int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit));
      if (((octets[bit / 8] ^ prefix[bit / 8]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The range as {@link #parse} reads it. */
  @Override
  public String toString() {
    return first.getHostAddress() + "/" + bits;
  }
}
