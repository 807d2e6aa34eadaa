// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a proxy for a tunnel (RFC 9110 section 9.3.6). */
final class Tunnel {
  private static final int MAX_HEAD = 4096;

  private Tunnel() {}

  /**
   * Returns when the tunnel is there; not a byte of what comes in it is read.
   *
   * @throws IOException if the proxy answers anything but 200
   */
  static void open(Socket socket, String authority) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int b = in.read();
      if (b < 0 || head.length() == MAX_HEAD) {
        throw new EOFException("the proxy ended the connection in the head of its answer: " + head);
      }
      head.append((char) b);
    }
    if (!head.toString().startsWith("HTTP/1.1 200 ")
        && !head.toString().startsWith("HTTP/1.0 200 ")) {
      throw new IOException("expected a tunnel, got " + head.toString().lines().findFirst().get());
    }
  }
}
