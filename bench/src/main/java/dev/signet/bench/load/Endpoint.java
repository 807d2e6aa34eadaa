// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Where a load goes: a port on this machine. */
@FunctionalInterface
public interface Endpoint {
  /** Silence after which an exchange has failed. */
  int SILENCE_MILLIS = 10_000;

  Socket connect() throws IOException;

  static Endpoint http(int port) {
    return () -> prepared(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  static Endpoint https(int port, SSLSocketFactory tls) {
    return () -> prepared(tls.createSocket(InetAddress.getLoopbackAddress(), port));
  }

  /** TLS without a session that is taken up again: each connection costs a whole handshake. */
  static Endpoint httpsAnew(int port, SSLSocketFactory tls) {
    AtomicInteger names = new AtomicInteger();
    return () -> secured(prepared(new Socket(InetAddress.getLoopbackAddress(), port)), names, tls);
  }

  /**
   * An origin behind a proxy: a tunnel, and in it TLS as {@link #httpsAnew}.
   *
   * @param proxy its port
   * @param origin the origin's port on this machine
   * @param tls trusts the authority by which the proxy answers
   */
  static Endpoint tunnel(int proxy, int origin, SSLSocketFactory tls) {
    AtomicInteger names = new AtomicInteger();
    return () -> {
      Socket socket = prepared(new Socket(InetAddress.getLoopbackAddress(), proxy));
      try {
        Tunnel.open(socket, "127.0.0.1:" + origin);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
      return secured(socket, names, tls);
    };
  }

  private static Socket secured(Socket socket, AtomicInteger names, SSLSocketFactory tls)
      throws IOException {
    try {
      // The port is but a name, by which a client would find a session to take up again.
      int name = 1 + Math.floorMod(names.getAndIncrement(), 65_535);
      SSLSocket secured = (SSLSocket) tls.createSocket(socket, "127.0.0.1", name, true);
      secured.startHandshake();
      return secured;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket prepared(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(SILENCE_MILLIS);
    return socket;
  }
}
