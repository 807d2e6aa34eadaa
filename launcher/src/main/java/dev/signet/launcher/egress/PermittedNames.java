// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;

/**
 * The hosts for which a launch's authority may issue, as an X.509 extension (RFC 5280 section
 * 4.2.1.10): a program that trusts the authority believes it for these names only.
 */
final class PermittedNames {
  /** Every IPv4 and every IPv6 address: address and mask, all zero. */
  private static final List<GeneralName> ALL_ADDRESSES =
      List.of(
          new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[8])),
          new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[32])));

  /** Nobody has it (RFC 6761 section 6.4). Java fails at an empty name, which would be all. */
  private static final String NO_NAME = "none.invalid";

  private PermittedNames() {}

  /**
   * @param hosts names or addresses, with {@code :PORT}, {@code :*} or neither; {@code *.} at the
   *     beginning stands for any labels, {@code *} alone for every host
   * @return null if every host is permitted
   */
  static NameConstraints constraints(List<String> hosts) {
    TreeSet<String> names = new TreeSet<>();
    TreeSet<String> addresses = new TreeSet<>();
    for (String host : hosts) {
      String bare = withoutPort(host);
      if (bare.equals("*")) {
        return null;
      }
      if (isAddress(bare)) {
        addresses.add(bare);
      } else {
        names.add(bare.startsWith("*.") ? bare.substring(2) : bare);
      }
    }
    List<GeneralSubtree> permitted = new ArrayList<>();
    names.forEach(name -> permitted.add(subtree(new GeneralName(GeneralName.dNSName, name))));
    addresses.forEach(a -> permitted.add(subtree(new GeneralName(GeneralName.iPAddress, one(a)))));
    // A kind of name without a permitted one would be free.
    List<GeneralSubtree> excluded = new ArrayList<>();
    if (names.isEmpty()) {
      permitted.add(subtree(new GeneralName(GeneralName.dNSName, NO_NAME)));
    }
    if (addresses.isEmpty()) {
      ALL_ADDRESSES.forEach(all -> excluded.add(subtree(all)));
    }
    return new NameConstraints(array(permitted), array(excluded));
  }

  /** Whether it is an IPv4 or a bracketless IPv6 address. */
  static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
  }

  private static String withoutPort(String host) {
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 || colon != host.lastIndexOf(':') ? host : host.substring(0, colon);
  }

  private static String one(String address) {
    return address + (address.indexOf(':') >= 0 ? "/128" : "/32");
  }

  private static GeneralSubtree subtree(GeneralName name) {
    return new GeneralSubtree(name);
  }

  private static GeneralSubtree[] array(List<GeneralSubtree> subtrees) {
    return subtrees.isEmpty() ? null : subtrees.toArray(GeneralSubtree[]::new);
  }
}
