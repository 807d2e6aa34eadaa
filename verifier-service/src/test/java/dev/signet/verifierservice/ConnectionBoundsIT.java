// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One address never has more connections than its share, whatever it sends or does not send. */
class ConnectionBoundsIT {
  private static final String ELSEWHERE = "127.0.0.2";
  private static final String REQUEST = "GET /v1/trust HTTP/1.1\r\nHost: a\r\n\r\n";

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");

  @TempDir Path directory;
  private final List<Socket> open = new ArrayList<>();
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory);
    verifier.limits =
        "  connections: 300\n  connectionsPerAddress: 100\n  handshakeTimeout: 6s\n"
            + "  requestTimeout: 1s";
    verifier.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : open) {
      socket.close();
    }
    verifier.close();
  }

  private Socket tcp(String from) throws IOException {
    Socket socket = new Socket();
    open.add(socket);
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress("127.0.0.1", verifier.server().port()), 5_000);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private SSLSocket tls(String from) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            TestVerifier.tls(verifier.server().pin(), null)
                .getSocketFactory()
                .createSocket(
                    tcp(from), "127.0.0.1", verifier.server().port(), /* autoClose= */ true);
    open.add(socket);
    socket.startHandshake();
    return socket;
  }

  private static String answer(SSLSocket socket) throws IOException {
    socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new EOFException("after " + head);
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    assertThat(length.find()).isTrue();
    socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
    return head.substring(0, 15);
  }

  private static boolean closedByTheServer(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  @Test
  void attack45IdleTcpConnectionsOfOneAddressShutNobodyOut() throws Exception {
    SSLSocket before = tls(ELSEWHERE);
    assertThat(answer(before)).isEqualTo("HTTP/1.1 200 OK");
    Socket silent = tls(ELSEWHERE);
    long start = System.nanoTime();
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      idle.add(tcp(ELSEWHERE));
    }
    SSLSocket other = tls("127.0.0.1");
    assertThat(answer(other)).as("another address, meanwhile").isEqualTo("HTTP/1.1 200 OK");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("before any of them ran out of its time")
        .isLessThan(Duration.ofSeconds(6));
    for (Socket socket : idle) {
      assertThat(closedByTheServer(socket)).isTrue();
    }
    assertThat(closedByTheServer(silent)).as("TLS alone is not enough").isTrue();
    assertThat(answer(before)).as("whoever asked something may wait").isEqualTo("HTTP/1.1 200 OK");
    assertThat(answer(tls(ELSEWHERE))).as("their places are free").isEqualTo("HTTP/1.1 200 OK");
  }

  @Test
  void attack45TlsConnectionsOfOneAddressAreBoundedToo() throws Exception {
    verifier.stop();
    verifier.limits = "  connections: 300\n  connectionsPerAddress: 100\n  handshakeTimeout: 60s";
    verifier.start();
    List<SSLSocket> idle = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      idle.add(tls(ELSEWHERE));
    }
    assertThat(closedByTheServer(tcp(ELSEWHERE))).as("the one too many").isTrue();
    assertThat(answer(tls("127.0.0.1"))).isEqualTo("HTTP/1.1 200 OK");
    idle.get(7).close();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(
            () ->
                assertThat(answer(tls(ELSEWHERE)))
                    .as("a place was given back")
                    .isEqualTo("HTTP/1.1 200 OK"));
  }
}
