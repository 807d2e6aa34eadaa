// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamTlsIT {
  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir static Path directory;
  private static Path certificate;
  private static SSLContext context;
  private TestUpstream upstream;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Path store = directory.resolve("server.p12");
    certificate = directory.resolve("server.pem");
    keytool(
        "-genkeypair -keyalg EC -groupname secp256r1 -dname CN=test -ext san=ip:127.0.0.1 -validity 2",
        store);
    keytool("-exportcert -rfc -file " + certificate, store);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
  }

  @BeforeEach
  void start() throws IOException {
    upstream = TestUpstream.https(context);
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void speaksTlsToTheUpstreamOfARouteAndSignsItsScheme() throws Exception {
    try (ProxyFixture fixture = fixture(Optional.of(certificate), upstream.uri("/api"))) {
      assertThat(answer(fixture)).startsWith("HTTP/1.1 200 ").endsWith("hello");
      assertThat(answer(fixture)).startsWith("HTTP/1.1 200 ");
      assertThat(upstream.received())
          .hasSize(2)
          .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
          .allSatisfy(r -> assertThat(r.path()).isEqualTo("/api/x"));
    }
  }

  @Test
  void refusesACertificateOfAnUnknownRoot() throws Exception {
    try (ProxyFixture fixture = fixture(Optional.empty(), upstream.uri("/api"))) {
      assertThat(answer(fixture)).startsWith("HTTP/1.1 502 ").contains("UPSTREAM_TLS");
      assertThat(upstream.received()).isEmpty();
    }
  }

  @Test
  void refusesACertificateOfAnotherName() throws Exception {
    URI otherName = URI.create("https://localhost:" + upstream.port() + "/api");
    try (ProxyFixture fixture = fixture(Optional.of(certificate), otherName)) {
      assertThat(answer(fixture)).startsWith("HTTP/1.1 502 ").contains("UPSTREAM_TLS");
      assertThat(upstream.received()).isEmpty();
    }
  }

  @Test
  void refusesAFileWithoutCertificates() throws Exception {
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    assertThatThrownBy(() -> fixture(Optional.of(empty), upstream.uri("/")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("empty.pem");
  }

  private static ProxyFixture fixture(Optional<Path> roots, URI target) throws Exception {
    return new ProxyFixture(
        EgressLimits.standard(),
        roots,
        (client, own) -> Optional.empty(),
        new Route("api", target));
  }

  private static String answer(ProxyFixture fixture) throws IOException {
    try (RawClient client = fixture.raw()) {
      return client.send("GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n").answer();
    }
  }

  private static void keytool(String arguments, Path store)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(
        List.of("-alias", "server", "-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
    command.addAll(List.of("-keystore", store.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
  }
}
