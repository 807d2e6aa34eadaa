// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relay on loopback that stands for somebody who reads the wire between an agent and its service:
 * it keeps the bytes of the last connection's requests.
 */
final class WireTap implements AutoCloseable {
  private static final int KEEP = 1 << 20;
  private static final Pattern REQUEST_LINE =
      Pattern.compile("(GET|POST) [^ \r\n]+ HTTP/1\\.1\r\n");
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]{1,8})\r\n");

  private final ServerSocket listener;
  private volatile InetSocketAddress upstream;
  private volatile ByteArrayOutputStream last = new ByteArrayOutputStream();
  private volatile boolean withholding;

  WireTap() throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Where agents connect. */
  int port() {
    return listener.getLocalPort();
  }

  /** Where their bytes go; nothing is accepted before. */
  void relayTo(int port) {
    upstream = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Thread.ofVirtual().start(this::accept);
  }

  /** The bytes of the newest request, up to the end of what was sent. */
  String lastRequest() {
    return newest(last.toString(StandardCharsets.ISO_8859_1));
  }

  /** Keep-alive connections carry several requests; the newest begins at the last request line. */
  private static String newest(String all) {
    int at = -1;
    for (Matcher line = REQUEST_LINE.matcher(all); line.find(); ) {
      at = line.start();
    }
    return at < 0 ? all : all.substring(at);
  }

  /** From now on requests are kept and not passed on: their connections are cut. */
  void withhold(boolean on) {
    withholding = on;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** Whether the newest request is all there, by its Content-Length. */
  private boolean complete(String bytes) {
    String request = newest(bytes);
    int body = request.indexOf("\r\n\r\n") + 4;
    if (body < 4) {
      return false;
    }
    Matcher length = LENGTH.matcher(request.substring(0, body));
    return !length.find() || request.length() - body >= Integer.parseInt(length.group(1));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket();
        server.connect(upstream, 2000);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        Thread.ofVirtual().start(() -> relay(client, server, kept));
        Thread.ofVirtual().start(() -> relay(server, client, null));
      }
    } catch (IOException e) {
      // Closed: the demo is over.
    }
  }

  private void relay(Socket from, Socket to, ByteArrayOutputStream kept) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (kept != null && kept.size() < KEEP) {
          kept.write(buffer, 0, n);
          last = kept;
        }
        if (kept != null && withholding) {
          if (complete(kept.toString(StandardCharsets.ISO_8859_1))) {
            return;
          }
        } else {
          out.write(buffer, 0, n);
          out.flush();
        }
      }
    } catch (IOException e) {
      // Either side hung up, which ends the relay.
    }
  }
}
