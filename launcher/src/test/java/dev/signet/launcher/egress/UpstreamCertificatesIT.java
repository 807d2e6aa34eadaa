// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown to upstreams, and what is thought of what they show; the agent uses tunnels. */
class UpstreamCertificatesIT {
  private static final Instant NOW = Instant.now();

  @TempDir static Path directory;
  private static LaunchAuthority ofUpstream;
  private static LaunchAuthority ofLaunch;
  private static Path roots;

  @BeforeAll
  static void start() throws Exception {
    // Old enough to have issued what is expired by now.
    ofUpstream =
        LaunchAuthority.create(
            List.of("*"),
            NOW.minus(Duration.ofDays(9)),
            NOW.plus(Duration.ofDays(9)),
            new SecureRandom());
    ofLaunch = TestTls.authority();
    roots = TestTls.pem(ofUpstream, directory.resolve("upstream.pem"));
  }

  @Test
  void saysOfEachBadCertificateWhatIsWrongWithIt() throws Exception {
    try (ProxyFixture fixture =
        ProxyFixture.intercepting(EgressLimits.standard(), ofLaunch, roots)) {
      assertThat(answer(fixture, ofUpstream.leaf("localhost", NOW.minus(Duration.ofDays(2)))))
          .contains("UPSTREAM_TLS")
          .contains("NotAfter");
      assertThat(answer(fixture, ofUpstream.leaf("other.example", NOW)))
          .contains("UPSTREAM_TLS")
          .contains("No subject alternative DNS name matching localhost");
      assertThat(answer(fixture, TestTls.authority().leaf("localhost", NOW)))
          .contains("UPSTREAM_TLS")
          .contains("unable to find valid certification path");
      assertThat(fixture.proxy.stats().problems(EgressReason.UPSTREAM_TLS)).isEqualTo(3);
      assertThat(fixture.proxy.stats().forwarded()).isZero();
      assertThat(answer(fixture, ofUpstream.leaf("localhost", NOW))).isEqualTo("hello");
    }
  }

  @Test
  void showsAClientCertificateToItsUpstreamAndToNoOther() throws Exception {
    Path pem = clientCertificate();
    X509Certificate shown;
    try (InputStream in = Files.newInputStream(directory.resolve("client-certificate.pem"))) {
      shown = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    SSLContext context = TestTls.server(ofUpstream.leaf("localhost", NOW), shown);
    try (TestUpstream asks = TestUpstream.mutual(context);
        TestUpstream another = TestUpstream.mutual(context);
        ProxyFixture fixture =
            ProxyFixture.intercepting(
                EgressLimits.standard(),
                ofLaunch,
                roots,
                List.of(ClientCertificate.read(HostPort.parse("localhost:" + asks.port()), pem)),
                Set.of())) {
      assertThat(get(fixture, asks.port()).body()).isEqualTo("hello");
      assertThat(get(fixture, another.port()).body()).contains("UPSTREAM_");
      assertThat(another.received()).isEmpty();
      assertThat(asks.received())
          .singleElement()
          .satisfies(r -> assertThat(r.faults(fixture.key.verification())).isEmpty());
    }
  }

  @Test
  void refusesAFileThatIsNoKeyWithItsCertificate() throws Exception {
    HostPort host = HostPort.parse("localhost");
    Path key = directory.resolve("client-key.pem");
    clientCertificate();
    for (Path bad : List.of(key, directory.resolve("client-certificate.pem"))) {
      assertThatThrownBy(() -> ClientCertificate.read(host, bad))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("expected one private key and its certificate");
    }
    Path twice = Files.writeString(directory.resolve("two.pem"), Files.readString(key).repeat(2));
    assertThatThrownBy(() -> ClientCertificate.read(host, twice)).isInstanceOf(IOException.class);
  }

  private static Path clientCertificate() throws IOException, InterruptedException {
    Path certificate = directory.resolve("client-certificate.pem");
    Path key = directory.resolve("client-key.pem");
    Path both = directory.resolve("client.pem");
    if (Files.notExists(both)) {
      Process openssl =
          new ProcessBuilder(
                  "openssl",
                  "req",
                  "-x509",
                  "-newkey",
                  "ec",
                  "-pkeyopt",
                  "ec_paramgen_curve:P-256",
                  "-nodes",
                  "-days",
                  "2",
                  "-subj",
                  "/CN=client",
                  "-keyout",
                  key.toString(),
                  "-out",
                  certificate.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(openssl.waitFor()).as(said).isZero();
      Files.writeString(both, Files.readString(key) + Files.readString(certificate));
    }
    return both;
  }

  private static String answer(ProxyFixture fixture, LaunchAuthority.Leaf leaf) throws Exception {
    try (TestUpstream upstream = TestUpstream.https(TestTls.server(leaf))) {
      HttpResponse<String> answer = get(fixture, upstream.port());
      assertThat(answer.statusCode()).isIn(200, 502);
      return answer.body();
    }
  }

  private static HttpResponse<String> get(ProxyFixture fixture, int port) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
            .sslContext(TestTls.client(ofLaunch))
            .connectTimeout(Duration.ofSeconds(5))
            .build()) {
      URI uri = URI.create("https://localhost:" + port + "/");
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }
}
