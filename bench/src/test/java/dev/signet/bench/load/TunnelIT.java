// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelIT {
  private static final String ORIGIN = "127.0.0.1:443";

  /** What a proxy that answers so was asked, and what was left unread of its answer. */
  private record Asked(List<String> head, String unread) {}

  private static Asked open(String answer) throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<List<String>> asked =
          CompletableFuture.supplyAsync(() -> serve(proxy, answer));
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.getLocalPort())) {
        socket.setSoTimeout(Endpoint.SILENCE_MILLIS);
        Tunnel.open(socket, ORIGIN);
        String unread =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return new Asked(asked.get(10, TimeUnit.SECONDS), unread);
      }
    }
  }

  private static List<String> serve(ServerSocket proxy, String answer) {
    try (Socket socket = proxy.accept()) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      List<String> head = new ArrayList<>();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        head.add(line);
      }
      socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      return head;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void asksForTheOriginAndReadsNothingOfTheTunnel() throws Exception {
    Asked asked = open("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n\u0016hello");
    assertThat(asked.head()).containsExactly("CONNECT " + ORIGIN + " HTTP/1.1", "Host: " + ORIGIN);
    assertThat(asked.unread()).isEqualTo("\u0016hello");
  }

  @Test
  void takesHttp10Too() throws Exception {
    assertThat(open("HTTP/1.0 200 OK\r\n\r\n").unread()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"HTTP/1.1 403 Forbidden", "HTTP/1.1 2000 OK", "HTTP/2 200 OK", "HTTP/1.1 200"})
  void anythingElseIsNoTunnel(String status) {
    assertThatIOException()
        .isThrownBy(() -> open(status + "\r\n\r\n"))
        .withMessage("expected a tunnel, got " + status);
  }

  @Test
  void endWithinTheHeadIsNoTunnel() {
    assertThatIOException()
        .isThrownBy(() -> open("HTTP/1.1 200 OK\r\n"))
        .withMessageContaining("ended the connection in the head");
  }

  @Test
  void headHasABound() {
    assertThatIOException()
        .isThrownBy(() -> open("HTTP/1.1 200 OK\r\nA: " + "a".repeat(5000) + "\r\n\r\n"))
        .withMessageContaining("in the head");
  }
}
