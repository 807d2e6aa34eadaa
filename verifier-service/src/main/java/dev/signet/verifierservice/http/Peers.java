// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How much each peer has open, up to the same bound for all. */
public final class Peers {
  private static final int NETWORK_BYTES = 8;

  private final int bound;
  private final ConcurrentMap<String, Integer> open = new ConcurrentHashMap<>();

  /**
   * @param bound of one peer
   */
  public Peers(int bound) {
    this.bound = bound;
  }

  /**
   * What bounds are counted by: an IPv4 address or an IPv6 /64, since whoever has one address of
   * such a network has all of them (RFC 4291 section 2.5.4).
   */
  static String name(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address.getHostAddress();
    }
    byte[] network = address.getAddress();
    Arrays.fill(network, NETWORK_BYTES, network.length, (byte) 0);
    try {
      return InetAddress.getByAddress(network).getHostAddress() + "/64";
    } catch (IOException e) {
      throw new IllegalStateException("16 bytes are an address", e);
    }
  }

  /** False if the peer is at its bound; otherwise {@link #leave} must follow once. */
  public boolean enter(String peer) {
    boolean[] entered = new boolean[1];
    open.compute(
        peer,
        (p, n) -> {
          int now = n == null ? 0 : n;
          entered[0] = now < bound;
          return entered[0] ? Integer.valueOf(now + 1) : n;
        });
    return entered[0];
  }

  public void leave(String peer) {
    open.computeIfPresent(peer, (p, n) -> n <= 1 ? null : n - 1);
  }
}
