// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UpstreamFailureIT {
  /** What a hostile or broken server does with one connection. */
  private interface Behaviour {
    void serve(Socket socket) throws IOException;
  }

  private ProxyFixture fixture;
  private ServerSocket server;
  private final AtomicInteger accepted = new AtomicInteger();

  /** Held, since the collector closes sockets that nobody holds. */
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    fixture =
        new ProxyFixture(
            new TestLimits()
                .patience(Duration.ofMillis(700), Duration.ofMillis(700), Duration.ofSeconds(5))
                .limits());
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    fixture.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void saysThatAnUpstreamIsUnreachable() throws Exception {
    server.close();
    assertThat(answerTo("GET")).startsWith("HTTP/1.1 502 ").contains("UPSTREAM_UNREACHABLE");
    assertThat(fixture.proxy.stats().upstreamErrors()).isEqualTo(1);
  }

  @Test
  void saysThatANameIsUnknown() throws Exception {
    try (RawClient client = fixture.raw()) {
      client.send("GET http://no-such-host.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 502 ").contains("has no address");
    }
  }

  @Test
  void saysThatAnUpstreamIsSilent() throws Exception {
    serve(socket -> readHead(socket.getInputStream()));
    assertThat(answerTo("GET")).startsWith("HTTP/1.1 504 ").contains("UPSTREAM_TIMEOUT");
  }

  @Test
  void saysThatAnUpstreamReset() throws Exception {
    serve(
        socket -> {
          readHead(socket.getInputStream());
          socket.setSoLinger(true, 0);
          socket.close();
        });
    assertThat(answerTo("POST")).startsWith("HTTP/1.1 502 ").contains("UPSTREAM_BROKEN");
  }

  @Test
  void saysThatAnUpstreamDoesNotSpeakHttp() throws Exception {
    serve(answering("SSH-2.0-OpenSSH\r\n\r\n"));
    assertThat(answerTo("GET")).startsWith("HTTP/1.1 502 ").contains("UPSTREAM_BROKEN");
  }

  @Test
  void saysThatAnUpstreamSwitchedProtocols() throws Exception {
    serve(answering("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"));
    assertThat(answerTo("GET")).startsWith("HTTP/1.1 502 ").contains("UPSTREAM_BROKEN");
  }

  @Test
  void breaksOffATruncatedAnswerInsteadOfEndingIt() throws Exception {
    serve(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true));
    try (RawClient client = fixture.raw()) {
      client.send(request("GET"));
      assertThat(client.rest()).contains("hello").doesNotEndWith("0\r\n\r\n");
    }
  }

  @Test
  void passesOverInformationalAnswers() throws Exception {
    serve(
        answering(
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    assertThat(answerTo("GET")).startsWith("HTTP/1.1 200 ").endsWith("ok");
  }

  @Test
  void framesAnswersThatEndWithTheConnection() throws Exception {
    serve(answering("HTTP/1.1 200 OK\r\n\r\nuntil the end", true));
    try (RawClient client = fixture.raw()) {
      client.send(request("GET"));
      assertThat(client.head()).contains("transfer-encoding: chunked");
    }
  }

  @Test
  void signsAnewWhenAKeptConnectionWasDead() throws Exception {
    // Answers the first request of a connection, and hangs up on the second.
    serve(
        socket -> {
          readHead(socket.getInputStream());
          write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          readHead(socket.getInputStream());
          socket.close();
        });
    try (RawClient client = fixture.raw()) {
      assertThat(client.send(request("GET")).answer()).endsWith("ok");
      assertThat(client.send(request("GET")).answer()).endsWith("ok");
    }
    assertThat(accepted).hasValue(2);
    assertThat(fixture.proxy.stats().forwarded()).isEqualTo(3);
  }

  @Test
  void doesNotRepeatWhatMayHaveHadAnEffect() throws Exception {
    serve(
        socket -> {
          readHead(socket.getInputStream());
          write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          readHead(socket.getInputStream());
          socket.close();
        });
    try (RawClient client = fixture.raw()) {
      assertThat(client.send(request("POST")).answer()).endsWith("ok");
      assertThat(client.send(request("POST")).answer()).startsWith("HTTP/1.1 502 ");
    }
  }

  private Behaviour answering(String bytes) {
    return answering(bytes, false);
  }

  private Behaviour answering(String bytes, boolean thenClose) {
    return socket -> {
      readHead(socket.getInputStream());
      write(socket, bytes);
      if (thenClose) {
        socket.close();
      }
    };
  }

  private String answerTo(String method) throws IOException {
    try (RawClient client = fixture.raw()) {
      return client.send(request(method)).answer();
    }
  }

  private String request(String method) {
    return method + " http://127.0.0.1:" + server.getLocalPort() + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private void serve(Behaviour behaviour) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket socket = server.accept();
                  sockets.add(socket);
                  accepted.incrementAndGet();
                  Thread.ofVirtual().start(() -> quietly(behaviour, socket));
                } catch (IOException e) {
                  return;
                }
              }
            });
  }

  private static void quietly(Behaviour behaviour, Socket socket) {
    try {
      behaviour.serve(socket);
    } catch (IOException e) {
      // The other side may close at any moment; the test looks at the proxy's answer only.
    }
  }

  private static void write(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static void readHead(InputStream in) throws IOException {
    int matched = 0;
    while (matched < 4) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("closed");
      }
      matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
    }
  }
}
