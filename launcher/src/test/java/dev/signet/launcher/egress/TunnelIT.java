// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.launcher.process.TrustFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TunnelIT {
  @TempDir static Path directory;
  private static LaunchAuthority authority;
  private static TestUpstream upstream;
  private static ProxyFixture fixture;
  private static SSLContext trusting;

  @BeforeAll
  static void start() throws Exception {
    LaunchAuthority ofUpstream = TestTls.authority();
    upstream = TestUpstream.https(TestTls.server(ofUpstream.leaf("localhost", Instant.now())));
    authority = TestTls.authority("localhost", "127.0.0.1");
    trusting = TestTls.client(authority);
    fixture =
        ProxyFixture.intercepting(
            EgressLimits.standard(),
            authority,
            TestTls.pem(ofUpstream, directory.resolve("upstream.pem")));
    Files.write(
        directory.resolve(TrustFiles.PEM), TrustFiles.of(List.of(authority.certificate())).pem());
  }

  @AfterAll
  static void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.received().clear();
  }

  @Test
  void signsWhatTheJdksClientSendsOverHttps() throws Exception {
    try (HttpClient client = client(trusting)) {
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(uri("/orders?n=" + i))
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .header("Content-Type", "application/json")
                    .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");
      }
    }
    assertThat(upstream.received())
        .hasSize(2)
        .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .allSatisfy(r -> assertThat(r.scheme()).isEqualTo("https"))
        .allSatisfy(r -> assertThat(r.authority()).isEqualTo("localhost:" + upstream.port()));
  }

  @Test
  void curlNeedsNothingButTheVariables() throws Exception {
    assertThat(curl(uri("/from-curl").toString())).isEqualTo("hello");
    assertThat(upstream.received())
        .singleElement()
        .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .satisfies(r -> assertThat(r.path()).isEqualTo("/from-curl"));
  }

  @Test
  void isBelievedByNobodyWithoutTheTrustFiles() throws Exception {
    try (HttpClient client = client(SSLContext.getDefault())) {
      assertThatThrownBy(
              () -> client.send(HttpRequest.newBuilder(uri("/")).build(), BodyHandlers.ofString()))
          .isInstanceOf(SSLException.class);
    }
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void refusesAnotherHostWithinATunnel() throws Exception {
    try (SSLSocket tunnel = tunnel("localhost", "localhost")) {
      assertThat(ask(tunnel, "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n"))
          .startsWith("HTTP/1.1 421 ")
          .contains("MISDIRECTED");
      assertThat(ask(tunnel, "GET https://other.example/ HTTP/1.1\r\nHost: " + host() + "\r\n\r\n"))
          .startsWith("HTTP/1.1 421 ");
      assertThat(ask(tunnel, "GET http://" + host() + "/ HTTP/1.1\r\nHost: " + host() + "\r\n\r\n"))
          .startsWith("HTTP/1.1 421 ");
      assertThat(ask(tunnel, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
          .as("another port")
          .startsWith("HTTP/1.1 421 ");
      assertThat(ask(tunnel, "GET / HTTP/1.1\r\nHost: " + host() + "\r\n\r\n"))
          .startsWith("HTTP/1.1 200 ");
    }
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void refusesAnotherNameInTls() throws Exception {
    assertThatThrownBy(() -> tunnel("localhost", "other.example"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("unrecognized_name");
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void refusesATunnelWithinATunnelAndBadTargets() throws Exception {
    try (SSLSocket tunnel = tunnel("localhost", "localhost")) {
      assertThat(ask(tunnel, "CONNECT a.example:443 HTTP/1.1\r\nHost: " + host() + "\r\n\r\n"))
          .startsWith("HTTP/1.1 501 ")
          .contains("CONNECT_UNSUPPORTED");
    }
    assertThat(connect("localhost")).startsWith("HTTP/1.1 400 ");
    assertThat(connect("user@localhost:443")).startsWith("HTTP/1.1 400 ");
    assertThat(connect("localhost:443/x")).startsWith("HTTP/1.1 400 ");
    assertThat(connect("localhost:70000")).startsWith("HTTP/1.1 400 ");
    assertThat(connect("127.0.0.1:" + fixture.port())).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void servesPipelinedRequestsWithinATunnel() throws Exception {
    try (SSLSocket tunnel = tunnel("localhost", "localhost")) {
      String get = "GET /%d HTTP/1.1\r\nHost: " + host() + "\r\n\r\n";
      assertThat(ask(tunnel, get.formatted(1) + get.formatted(2))).startsWith("HTTP/1.1 200 ");
      assertThat(ask(tunnel, "")).startsWith("HTTP/1.1 200 ");
    }
    assertThat(upstream.received()).hasSize(2);
  }

  @Test
  void signsWhatComesInClearThroughATunnel() throws Exception {
    try (TestUpstream plain = TestUpstream.http();
        RawClient client = fixture.raw()) {
      String host = "127.0.0.1:" + plain.port();
      client.send("CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 200 ");
      assertThat(client.send("GET /clear HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer())
          .endsWith("hello");
      assertThat(plain.received())
          .singleElement()
          .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty());
    }
  }

  @Test
  void forwardsNothingThatIsNeitherTlsNorHttp() throws Exception {
    try (TestUpstream plain = TestUpstream.http();
        RawClient client = fixture.raw()) {
      String host = "127.0.0.1:" + plain.port();
      client.send("CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").head();
      assertThat(client.send("SSH-2.0-OpenSSH_9\r\n\r\n").rest()).startsWith("HTTP/1.1 400 ");
      assertThat(plain.received()).isEmpty();
    }
  }

  @Test
  void tellsTheAgentWithinTheTunnelThatItIsNotAttested() throws Exception {
    EgressIdentity.Current good = fixture.identity.getAndSet(null);
    try (SSLSocket tunnel = tunnel("localhost", "localhost")) {
      String get = "GET / HTTP/1.1\r\nHost: " + host() + "\r\n\r\n";
      assertThat(ask(tunnel, get)).contains("NOT_ATTESTED");
      fixture.identity.set(good);
      assertThat(ask(tunnel, get)).as("recovers by itself").startsWith("HTTP/1.1 200 ");
    } finally {
      fixture.identity.set(good);
    }
  }

  private static String connect(String target) throws IOException {
    try (RawClient client = fixture.raw()) {
      return client
          .send("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n")
          .answer();
    }
  }

  private static URI uri(String path) {
    return URI.create("https://" + host() + path);
  }

  private static String host() {
    return "localhost:" + upstream.port();
  }

  private static HttpClient client(SSLContext tls) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
        .sslContext(tls)
        .connectTimeout(Duration.ofSeconds(5))
        .build();
  }

  private static SSLSocket tunnel(String host, String sni) throws IOException {
    Socket socket = new Socket("127.0.0.1", fixture.port());
    socket.setSoTimeout(10_000);
    String target = host + ":" + upstream.port();
    socket
        .getOutputStream()
        .write(
            ("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    byte[] established =
        "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(socket.getInputStream().readNBytes(established.length)).isEqualTo(established);
    SSLSocket tls =
        (SSLSocket) trusting.getSocketFactory().createSocket(socket, sni, socket.getPort(), true);
    tls.startHandshake();
    return tls;
  }

  private static String ask(Socket tunnel, String request) throws IOException {
    return RawClient.of(tunnel).send(request).answer();
  }

  private static String curl(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("curl", "--silent", "--show-error", "--max-time", "20");
    builder.command().addAll(List.of(arguments));
    Map<String, String> environment = new TreeMap<>();
    new TrustFiles.Place(directory.toString()).put(environment);
    environment.put("https_proxy", "http://127.0.0.1:" + fixture.port());
    environment.put("PATH", "/usr/bin:/bin");
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
