// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
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

  private static Socket prepared(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(SILENCE_MILLIS);
    return socket;
  }
}
