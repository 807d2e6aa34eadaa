// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** Where the addresses of names come from; asked once for each request. */
@FunctionalInterface
public interface NameResolver {
  /** This host's own: its files and name servers, as Java asks them. */
  NameResolver SYSTEM = name -> List.of(InetAddress.getAllByName(name));

  /**
   * The addresses of a name if they are known without asking anybody; empty if {@link #addresses}
   * must be called, which blocks.
   */
  default Optional<List<InetAddress>> known(String name) {
    return Optional.empty();
  }

  /**
   * All addresses of a name, at least one.
   *
   * @throws UnknownHostException if it has none
   */
  List<InetAddress> addresses(String name) throws UnknownHostException;
}
