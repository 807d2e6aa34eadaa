// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.SoftwareTpmMaker;
import dev.signet.verifierservice.config.ConfigException;
import dev.signet.verifierservice.config.ServiceConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A verifier service in a directory of its own, with its operator and a client. */
final class TestVerifier implements AutoCloseable {
  static final String ISSUER = "https://verifier.test";
  static final String OPERATOR = "operator-credential";
  static final String REGISTRAR = "registrar-credential";
  static final String SERVICE = "service-credential";
  static final String PROXY = "proxy-credential";

  final Path directory;
  final SoftwareTpmMaker maker = new SoftwareTpmMaker("Maker", Instant.now());
  final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  String issuer = ISSUER;
  int port;
  String extraConfig = "";
  String limits = "";
  String moreAuthorities = "";
  String rates =
      "  perAddress: {perSecond: 100000, burst: 100000}\n"
          + "  perHost: {perSecond: 100000, burst: 100000}";
  String svids = "svids: {trustDomain: example.org}";
  String edge = "";
  String pcrs = "[4, 7, 15]";
  private VerifierServer server;
  private HttpClient client;

  TestVerifier(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("makers"));
    Files.write(directory.resolve("makers/maker.der"), maker.root().toArray());
  }

  InstantSource clock() {
    return () -> Instant.now().plus(ahead.get());
  }

  ServiceConfig config() throws ConfigException {
    String yaml =
        """
        issuer: %s
        listen: {host: 127.0.0.1, port: %d}
        tls: {generate: true, names: [localhost, 127.0.0.1]}
        dataDir: data
        makers: makers
        pcrs: %s
        registerPcr: 15
        authorities: ["https://tools.test"%s]
        operators:
          - name: root
            roles: [admit, register, revoke, lower-floor, reinstate, audit, rotate]
            tokenSha256: %s
          - name: registrar
            roles: [register]
            tokenSha256: %s
        %s
        %s
        services:
          - {name: billing, calls: verify, tokenSha256: "%s"}
          - {name: edge, calls: authz, tokenSha256: "%s"%s}
        limits:
        %s
        %s
        """
            .formatted(
                issuer,
                port,
                pcrs,
                moreAuthorities,
                hash(OPERATOR),
                hash(REGISTRAR),
                extraConfig,
                svids,
                hash(SERVICE),
                hash(PROXY),
                edge,
                rates,
                limits);
    return ServiceConfig.parse("test.yaml", yaml.getBytes(StandardCharsets.UTF_8), directory);
  }

  TestVerifier start() throws IOException, ConfigException {
    return start(false);
  }

  TestVerifier start(boolean newEpoch) throws IOException, ConfigException {
    server =
        VerifierServer.start(
            config(), new VerifierServer.Options(newEpoch, clock(), new SecureRandom()));
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(tls(server.pin(), null))
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    return this;
  }

  VerifierServer server() {
    return server;
  }

  HttpClient client() {
    return client;
  }

  URI uri(String path) {
    return URI.create("https://127.0.0.1:" + server.port() + path);
  }

  HttpResponse<byte[]> call(String method, String path, String credential, Object body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(
                        body instanceof byte[] raw ? raw : StrictJson.encode(body)));
    if (body != null) {
      request.header("content-type", "application/json");
    }
    if (credential != null) {
      request.header("authorization", "Bearer " + credential);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  /** A call that must succeed. */
  <T> T good(String method, String path, String credential, Object body, Class<T> type)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = call(method, path, credential, body);
    if (response.statusCode() / 100 != 2) {
      throw new AssertionError(
          method + " " + path + ": " + response.statusCode() + " " + text(response));
    }
    return decode(response.body(), type);
  }

  JsonNode operator(String method, String path, String json)
      throws IOException, InterruptedException {
    byte[] body = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
    HttpResponse<byte[]> response = call(method, path, OPERATOR, body);
    if (response.statusCode() / 100 != 2) {
      throw new AssertionError(
          method + " " + path + ": " + response.statusCode() + " " + text(response));
    }
    return response.body().length == 0 ? null : decode(response.body(), JsonNode.class);
  }

  /** The reason of a call that must be refused. */
  String reason(String method, String path, String credential, Object body)
      throws IOException, InterruptedException {
    return problem(call(method, path, credential, body)).reason();
  }

  static ProblemDetails problem(HttpResponse<byte[]> response) {
    if (response.statusCode() / 100 == 2) {
      throw new AssertionError("expected a refusal, got " + text(response));
    }
    return decode(response.body(), ProblemDetails.class);
  }

  static <T> T decode(byte[] json, Class<T> type) {
    try {
      return StrictJson.decode(json, type, 1 << 24);
    } catch (dev.signet.protocol.MalformedMessageException e) {
      throw new AssertionError(new String(json, StandardCharsets.UTF_8), e);
    }
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static Digest hash(String credential) {
    return Digest.hash(credential.getBytes(StandardCharsets.UTF_8));
  }

  void stop() throws IOException {
    if (client != null) {
      client.shutdownNow();
      client = null;
    }
    if (server != null) {
      VerifierServer stopped = server;
      server = null;
      stopped.close();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /** Trusts the server with this key; presents a client certificate if there are managers. */
  static SSLContext tls(Digest pin, KeyManager[] managers) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(managers, new TrustManager[] {new Pinned(pin)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Pinned extends X509ExtendedTrustManager {
    private final Digest pin;

    Pinned(Digest pin) {
      this.pin = pin;
    }

    private void check(X509Certificate[] chain) {
      if (!Digest.hash(chain[0].getPublicKey().getEncoded()).equals(pin)) {
        throw new AssertionError("another server");
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
