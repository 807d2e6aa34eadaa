// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.tpmsim.SoftwareTpm;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, by token and by client certificate. */
class OperatorCredentialsIT {
  @TempDir Path directory;

  private static KeyManager[] managers(KeyPair key, X509Certificate certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("k", key.getPrivate(), new char[0], new X509Certificate[] {certificate});
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static HttpResponse<byte[]> admit(
      TestVerifier verifier, KeyPair key, X509Certificate certificate) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(TestVerifier.tls(verifier.server().pin(), managers(key, certificate)))
            .build()) {
      return client.send(
          HttpRequest.newBuilder(verifier.uri("/v1/join-tokens"))
              .timeout(Duration.ofSeconds(5))
              .header("content-type", "application/json")
              .POST(BodyPublishers.ofString("{\"host\":\"h\",\"expiresInSeconds\":5}"))
              .build(),
          BodyHandlers.ofByteArray());
    }
  }

  @Test
  void pinnedClientCertificateIsACredentialAndNoOtherIs() throws Exception {
    KeyPair key = SoftwareTpm.p256();
    X509Certificate certificate = OperatorCertificate.selfSigned(key);
    try (TestVerifier verifier = new TestVerifier(directory)) {
      verifier.extraConfig =
          "  - {name: mtls, roles: [admit], certificateSha256: \""
              + Digest.hash(certificate.getEncoded())
              + "\"}";
      verifier.start();
      assertThat(admit(verifier, key, certificate).statusCode()).isEqualTo(201);
      KeyPair other = SoftwareTpm.p256();
      assertThatThrownBy(() -> admit(verifier, other, OperatorCertificate.selfSigned(other)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void rolesAreCheckedForEachCall() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory).start()) {
      for (Map.Entry<String, String> call :
          Map.of(
                  "/v1/hosts", "GET",
                  "/v1/join-tokens", "POST",
                  "/v1/revocations", "POST",
                  "/v1/reinstatements", "POST",
                  "/v1/audit", "GET",
                  "/v1/audit/checkpoint", "GET",
                  "/v1/audit/tile/0/000", "GET",
                  "/metrics", "GET",
                  "/v1/hosts/a", "DELETE")
              .entrySet()) {
        byte[] body = call.getValue().equals("POST") ? "{}".getBytes(StandardCharsets.UTF_8) : null;
        String path = call.getKey();
        assertThat(verifier.reason(call.getValue(), path, TestVerifier.REGISTRAR, body))
            .as(path)
            .isEqualTo("NOT_PERMITTED");
        for (String credential :
            new String[] {null, "", "wrong", TestVerifier.SERVICE, TestVerifier.PROXY}) {
          assertThat(verifier.reason(call.getValue(), path, credential, body))
              .as(path)
              .isEqualTo("UNAUTHENTICATED");
        }
      }
    }
  }

  @Test
  void titleDoesNotSpeakOfOperatorsToServices() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory).start()) {
      assertThat(TestVerifier.problem(verifier.call("POST", "/v1/verify", "wrong", null)).title())
          .isEqualTo("the caller's credentials are missing or wrong");
    }
  }

  @Test
  void attack46NothingThatEvidenceNamesIsFetched() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory).start();
        ServerSocket lure = new ServerSocket(0)) {
      lure.setSoTimeout(500);
      String url = "http://127.0.0.1:" + lure.getLocalPort() + "/maker.cer";
      verifier.maker.nameIssuerAt(url);
      new TestHost(verifier, "host-1").admitted().enrolled();
      SoftwareTpmMaker unknown = new SoftwareTpmMaker("Unknown", Instant.now());
      unknown.nameIssuerAt(url);
      TestHost stranger = new TestHost(verifier, "host-2", unknown);
      assertThat(verifier.reason("POST", "/v1/enrollments", null, stranger.enrollmentRequest(null)))
          .isEqualTo("UNTRUSTED_TPM");
      assertThatThrownBy(lure::accept).isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }
}
