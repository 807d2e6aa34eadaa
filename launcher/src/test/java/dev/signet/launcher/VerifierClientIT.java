// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class VerifierClientIT {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final ChallengeRequest REQUEST =
      new ChallengeRequest(
          Bytes.of(new byte[34]), new AgentId("spiffe://example.org/agent/a"), Purpose.ATTEST);

  @TempDir Path dir;
  private HttpsServer server;
  private X509Certificate certificate;
  private volatile int status = 201;
  private volatile byte[] body = {};
  private volatile int missing;
  private volatile CountDownLatch stall = new CountDownLatch(0);

  @BeforeEach
  void startServer() throws Exception {
    Path store = dir.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "s",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=verifier",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    certificate = (X509Certificate) keys.getCertificate("s");
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, PASSWORD);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(factory.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length + missing);
          exchange.getResponseBody().write(body);
          exchange.getResponseBody().flush();
          awaitStall();
          exchange.close();
        });
    server.start();
  }

  private void awaitStall() {
    try {
      stall.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stopServer() {
    stall.countDown();
    server.stop(0);
  }

  private VerifierClient client(ServerTrust trust) throws IOException {
    return client(trust, Duration.ofSeconds(5));
  }

  private VerifierClient client(ServerTrust trust, Duration timeout) throws IOException {
    URI base = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    return new VerifierClient(base, trust, timeout);
  }

  private ServerTrust pinned() {
    return new ServerTrust.Pin(Digest.hash(certificate.getPublicKey().getEncoded()));
  }

  private static Challenge challenge() {
    Instant now = Instant.ofEpochSecond(1_800_000_000);
    return new Challenge(
        Bytes.of(new byte[32]), Purpose.ATTEST, "v", List.of(0, 15), 15, now.plusSeconds(60), now);
  }

  @Test
  void acceptsThePinnedKey() throws Exception {
    body = StrictJson.encode(challenge());
    try (VerifierClient client = client(pinned())) {
      assertThat(client.challenge(REQUEST)).isEqualTo(new Answer.Granted<>(challenge()));
    }
  }

  @Test
  void acceptsAPinnedAuthority() throws Exception {
    body = StrictJson.encode(challenge());
    Path pem = dir.resolve("ca.pem");
    String base64 =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
    Files.writeString(
        pem, "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
    try (VerifierClient client = client(new ServerTrust.Authorities(pem))) {
      assertThat(client.challenge(REQUEST)).isEqualTo(new Answer.Granted<>(challenge()));
    }
  }

  @Test
  void refusesAnotherServersKeyAndSaysBothSides() throws Exception {
    Digest other = Digest.hash(new byte[] {1});
    try (VerifierClient client = client(new ServerTrust.Pin(other))) {
      assertThatThrownBy(() -> client.challenge(REQUEST))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(other.toString())
          .hasMessageContaining(Digest.hash(certificate.getPublicKey().getEncoded()).toString());
    }
  }

  @Test
  void refusesAnAuthorityFileWithoutCertificates() throws Exception {
    Path empty = Files.createFile(dir.resolve("empty.pem"));
    assertThatThrownBy(() -> client(new ServerTrust.Authorities(empty)))
        .hasMessageContaining("expected PEM certificates");
  }

  @Test
  void aRefusalIsAnAnswer() throws Exception {
    ProblemDetails problem =
        ProblemDetails.of(Refusal.NOT_ADMITTED, null, "4711", Instant.ofEpochSecond(1));
    status = 403;
    body = StrictJson.encode(problem);
    try (VerifierClient client = client(pinned())) {
      assertThat(client.challenge(REQUEST)).isEqualTo(new Answer.Refused<>(problem));
    }
  }

  @Test
  void anUnavailableVerifierIsAnOutage() throws Exception {
    status = 503;
    body = StrictJson.encode(ProblemDetails.unavailable("disk full", Instant.ofEpochSecond(1)));
    try (VerifierClient client = client(pinned())) {
      assertThatThrownBy(() -> client.challenge(REQUEST)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anAnswerWithUnknownMembersIsAnOutage() throws Exception {
    body = "{\"nonce\":\"x\",\"surprise\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try (VerifierClient client = client(pinned())) {
      assertThatThrownBy(() -> client.challenge(REQUEST))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/v1/challenges");
    }
  }

  /** Somebody on the way who swallows packets for a moment must not end renewals for ever. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anAnswerThatStopsInTheMiddleIsAnOutage() throws Exception {
    body = StrictJson.encode(challenge());
    missing = 1;
    stall = new CountDownLatch(1);
    try (VerifierClient client = client(pinned(), Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> client.challenge(REQUEST))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("1000 ms");
    }
  }

  @Test
  void refusesPlainHttp() {
    assertThatThrownBy(
            () ->
                new VerifierClient(
                    URI.create("http://127.0.0.1:1"), pinned(), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("https://host:port");
  }
}
