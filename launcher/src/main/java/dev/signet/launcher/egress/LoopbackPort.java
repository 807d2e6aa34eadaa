// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** A port for a proxy to serve. */
public final class LoopbackPort {
  /** The kernel takes the lesser of this and its own bound. */
  private static final int BACKLOG = 4096;

  private LoopbackPort() {}

  /** Opens one on 127.0.0.1, in the network that the calling thread is in. */
  public static ServerSocketChannel open() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    ServerSocketChannel port = ServerSocketChannel.open();
    boolean bound = false;
    try {
      port.bind(new InetSocketAddress(loopback, 0), BACKLOG);
      bound = true;
      return port;
    } finally {
      if (!bound) {
        port.close();
      }
    }
  }
}
