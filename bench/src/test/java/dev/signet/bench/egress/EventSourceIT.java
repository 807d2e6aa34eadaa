// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventSourceIT {
  private static final String END = "0\r\n\r\n";

  @Test
  void holdsTheEndBackUntilTheEventWasSeen() throws IOException {
    try (EventSource source = EventSource.plain();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), source.port())) {
      client.setSoTimeout(10_000);
      for (int request = 0; request < 2; request++) {
        ask(client);
        String beginning = upToLast(client.getInputStream());
        assertThat(beginning)
            .startsWith("HTTP/1.1 200 OK\r\n")
            .contains("Content-Type: text/event-stream\r\n", "\r\n\r\n")
            .endsWith("data: {\"word\":\"once\"}");
        assertThat(read(client, 4)).isEqualTo("\n\n\r\n");

        client.setSoTimeout(50);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(10_000);
        source.wasSeen();
        assertThat(read(client, END.length())).isEqualTo(END);
      }
    }
  }

  @Test
  void answersOverTls() throws Exception {
    try (OriginCertificate origin = OriginCertificate.create();
        EventSource source = EventSource.secured(origin.server());
        Socket client =
            OriginCertificate.trusting(origin.authority())
                .createSocket(InetAddress.getLoopbackAddress(), source.port())) {
      client.setSoTimeout(10_000);
      ask(client);
      assertThat(upToLast(client.getInputStream())).startsWith("HTTP/1.1 200 OK\r\n");
    }
  }

  private static void ask(Socket client) throws IOException {
    client
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static String upToLast(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith(EventSource.LAST)) {
      int b = in.read();
      assertThat(b).as("end of the answer after: %s", text).isNotNegative();
      text.append((char) b);
    }
    return text.toString();
  }

  private static String read(Socket client, int bytes) throws IOException {
    return new String(client.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }
}
