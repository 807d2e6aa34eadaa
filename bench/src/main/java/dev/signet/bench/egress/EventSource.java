// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * An origin of server-sent events: answers each request with one event, and ends the answer only
 * when somebody says that the event was seen. A proxy that waits for the end waits in vain.
 */
final class EventSource implements AutoCloseable {
  /** Nowhere else in the answer; line ends follow. A proxy may cut the event into chunks. */
  static final String LAST = "}";

  private static final String EVENT = "data: {\"word\":\"once\"" + LAST + "\n\n";

  private static final int PATIENCE_SECONDS = 10;
  private static final byte[] BEGINNING =
      """
      HTTP/1.1 200 OK\r
      Content-Type: text/event-stream\r
      Cache-Control: no-store\r
      Transfer-Encoding: chunked\r
      \r
      %x\r
      %s\r
      """
          .formatted(EVENT.length(), EVENT)
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket port;
  private final Semaphore seen = new Semaphore(0);

  private EventSource(ServerSocket port) {
    this.port = port;
  }

  static EventSource plain() throws IOException {
    return serve(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()));
  }

  static EventSource secured(SSLContext tls) throws IOException {
    return serve(
        tls.getServerSocketFactory().createServerSocket(0, 16, InetAddress.getLoopbackAddress()));
  }

  private static EventSource serve(ServerSocket port) {
    EventSource source = new EventSource(port);
    Thread.ofVirtual().start(source::accept);
    return source;
  }

  int port() {
    return port.getLocalPort();
  }

  /** The event of the answer that is under way has arrived. */
  void wasSeen() {
    seen.release();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = port.accept();
        Thread.ofPlatform().daemon().start(() -> answer(socket));
      }
    } catch (IOException e) {
      // Closed: there is nobody to serve any more.
    }
  }

  private void answer(Socket connection) {
    try (Socket socket = connection) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (readHead(in)) {
        socket.getOutputStream().write(BEGINNING);
        if (!seen.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          return;
        }
        socket.getOutputStream().write(END);
      }
    } catch (IOException e) {
      // The other side went away; the client notices if that was too early.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean readHead(InputStream in) throws IOException {
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        return false;
      }
      matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    port.close();
  }
}
