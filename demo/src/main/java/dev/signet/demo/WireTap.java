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

/**
 * A relay on loopback that stands for somebody who reads the wire between an agent and its service:
 * it keeps the bytes of the last connection's requests.
 */
final class WireTap implements AutoCloseable {
  private static final int KEEP = 1 << 20;

  private final ServerSocket listener;
  private final InetSocketAddress upstream;
  private volatile ByteArrayOutputStream last = new ByteArrayOutputStream();

  WireTap(InetSocketAddress upstream) throws IOException {
    this.upstream = upstream;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The bytes of the newest request, up to the end of what was sent. */
  String lastRequest() {
    String all = last.toString(StandardCharsets.ISO_8859_1);
    // Keep-alive connections carry several requests; the newest begins at the last request line.
    int at = Math.max(all.lastIndexOf("\r\n\r\nGET "), all.lastIndexOf("\r\n\r\nPOST "));
    return at < 0 ? all : all.substring(at + 4);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket();
        server.connect(upstream, 2000);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        last = kept;
        Thread.ofVirtual().start(() -> relay(client, server, kept));
        Thread.ofVirtual().start(() -> relay(server, client, null));
      }
    } catch (IOException e) {
      // Closed: the demo is over.
    }
  }

  private static void relay(Socket from, Socket to, ByteArrayOutputStream kept) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (kept != null && kept.size() < KEEP) {
          kept.write(buffer, 0, n);
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException e) {
      // Either side hung up, which ends the relay.
    }
  }
}
