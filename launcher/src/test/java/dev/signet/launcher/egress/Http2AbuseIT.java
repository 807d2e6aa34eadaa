// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames that no HTTP/2 library would send, byte for byte (RFC 9113 section 4.1). */
class Http2AbuseIT {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  @TempDir Path directory;
  private LaunchAuthority authority;
  private TestUpstream upstream;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    LaunchAuthority ofUpstream = TestTls.authority();
    authority = TestTls.authority();
    upstream = TestUpstream.https(TestTls.server(ofUpstream.leaf("localhost", Instant.now())));
    fixture =
        ProxyFixture.intercepting(
            EgressLimits.standard(),
            authority,
            TestTls.pem(ofUpstream, directory.resolve("upstream.pem")));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @Test
  void cutsOffAnAgentThatOpensStreamsOnlyToResetThem() throws Exception {
    try (SSLSocket tunnel = open()) {
      DataOutputStream out = new DataOutputStream(tunnel.getOutputStream());
      byte[] head = head(authority(), "");
      byte[] cancel = {0, 0, 0, 8};
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      DataOutputStream frames = new DataOutputStream(flood);
      for (int stream = 1; stream < 800; stream += 2) {
        frame(frames, HEADERS, END_HEADERS, stream, head);
        frame(frames, RESET, 0, stream, cancel);
      }
      out.write(flood.toByteArray());
      out.flush();
      assertThat(awaitFrame(tunnel, GO_AWAY)[7]).as("ENHANCE_YOUR_CALM").isEqualTo((byte) 11);
    }
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void attack37ForwardsNoBodyOfAnotherLengthThanItsHeaderSays() throws Exception {
    for (String body : new String[] {"abc", "abcdefg"}) {
      try (SSLSocket tunnel = open()) {
        DataOutputStream out = new DataOutputStream(tunnel.getOutputStream());
        frame(out, HEADERS, END_HEADERS, 1, head(authority(), "5"));
        frame(out, DATA, END_STREAM, 1, body.getBytes(StandardCharsets.US_ASCII));
        awaitFrame(tunnel, RESET);
      }
    }
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void refusesAnotherAuthorityThanTheTunnels() throws Exception {
    try (SSLSocket tunnel = open()) {
      DataOutputStream out = new DataOutputStream(tunnel.getOutputStream());
      frame(out, HEADERS, END_HEADERS | END_STREAM, 1, head("other.example", ""));
      String problem = new String(awaitFrame(tunnel, DATA), StandardCharsets.UTF_8);
      assertThat(problem).contains("MISDIRECTED");
    }
    assertThat(upstream.received()).isEmpty();
  }

  private String authority() {
    return "localhost:" + upstream.port();
  }

  /** In HPACK, RFC 7541: three entries of the static table, and literals. */
  private static byte[] head(String authority, String contentLength) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(new byte[] {(byte) 0x83, (byte) 0x87, (byte) 0x84, 0x01});
    out.writeByte(authority.length());
    out.writeBytes(authority);
    if (!contentLength.isEmpty()) {
      // The table's 28: content-length.
      out.write(new byte[] {0x0f, 28 - 15, (byte) contentLength.length()});
      out.writeBytes(contentLength);
    }
    return bytes.toByteArray();
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  private static byte[] awaitFrame(SSLSocket tunnel, int type) throws IOException {
    DataInputStream in = new DataInputStream(tunnel.getInputStream());
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int got = in.readUnsignedByte();
      in.readUnsignedByte();
      in.readInt();
      byte[] payload = in.readNBytes(length);
      if (got == type) {
        return payload;
      }
    }
  }

  private SSLSocket open() throws Exception {
    Socket socket = new Socket("127.0.0.1", fixture.port());
    socket.setSoTimeout(20_000);
    RawClient.of(socket)
        .send("CONNECT " + authority() + " HTTP/1.1\r\nHost: " + authority() + "\r\n\r\n")
        .head();
    SSLSocket tls =
        (SSLSocket)
            TestTls.client(authority)
                .getSocketFactory()
                .createSocket(socket, "localhost", socket.getPort(), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    DataOutputStream out = new DataOutputStream(tls.getOutputStream());
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    frame(out, SETTINGS, 0, 0, new byte[0]);
    return tls;
  }
}
