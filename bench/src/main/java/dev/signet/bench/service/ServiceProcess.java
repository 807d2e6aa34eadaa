// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.bench.Directories;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.Ports;
import dev.signet.bench.load.Endpoint;
import dev.signet.cli.Signet;
import dev.signet.launcher.ServerTrust;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** {@code signet serve} in a process of its own, over TLS, with its database on the disk. */
public final class ServiceProcess implements AutoCloseable {
  static final String ISSUER = "https://verifier.example";
  static final String AUTHORITY = "tools.example";

  /** What /v1/verify is called with. */
  static final String SERVICE_CREDENTIAL = "bench-service-credential";

  private static final String OPERATOR_CREDENTIAL = "bench-operator-credential";
  private static final int MAX_ANSWER = 1 << 20;

  private final Path directory;
  private final JavaProcess process;
  private final URI url;
  private final Digest pin;
  private final SSLContext tls;
  private final HttpClient client;

  private ServiceProcess(Path directory, JavaProcess process) throws IOException {
    this.directory = directory;
    this.process = process;
    JsonNode ready = decode(process.firstLine().getBytes(StandardCharsets.UTF_8), JsonNode.class);
    url = URI.create(ready.path("url").asText());
    pin = Digest.parse(ready.path("pin").asText());
    tls = new ServerTrust.Pin(pin).sslContext();
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
  }

  /**
   * Starts a new verifier that trusts one TPM maker. The limits for each caller are lifted: all
   * load comes from one address.
   *
   * @param makerCertificates of the maker, PEM or DER, its root first
   */
  public static ServiceProcess start(byte[]... makerCertificates) throws IOException {
    Path directory = Files.createTempDirectory("signet-bench-verifier");
    try {
      Path makers = Files.createDirectory(directory.resolve("makers"));
      for (int i = 0; i < makerCertificates.length; i++) {
        Files.write(makers.resolve("maker-" + i + ".pem"), makerCertificates[i]);
      }
      Path config = directory.resolve("verifier.yaml");
      int port = Ports.free();
      Files.writeString(config, config(port));
      return new ServiceProcess(
          directory,
          JavaProcess.start(Signet.class, "serve", "--config", config.toString(), "--json"));
    } catch (IOException e) {
      Directories.delete(directory);
      throw e;
    }
  }

  private static String config(int port) {
    return """
    issuer: %s
    listen: {host: 127.0.0.1, port: %d}
    tls: {generate: true, names: [127.0.0.1]}
    dataDir: data
    makers: makers
    allowSimulators: true
    pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 15]
    authorities: ["https://%s"]
    operators:
      - {name: bench, roles: [admit, register, revoke], tokenSha256: "%s"}
    services:
      - {name: tools, calls: verify, tokenSha256: "%s"}
    limits:
      perAddress: {perSecond: 1000000, burst: 1000000}
      perHost: {perSecond: 1000000, burst: 1000000}
      challengesPerHost: 100000
      replayNonces: 4000000
    """
        .formatted(ISSUER, port, AUTHORITY, hash(OPERATOR_CREDENTIAL), hash(SERVICE_CREDENTIAL));
  }

  public URI url() {
    return url;
  }

  public Digest pin() {
    return pin;
  }

  public ProcessHandle handle() {
    return process.handle();
  }

  /** What its database, keys and audit log take on the disk. */
  long dataBytes() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  Endpoint endpoint() {
    return Endpoint.https(url.getPort(), tls.getSocketFactory());
  }

  /** A call of the operator that must succeed. */
  public void operate(String method, String path, Object body)
      throws IOException, InterruptedException {
    call(method, path, OPERATOR_CREDENTIAL, body);
  }

  /** A call without credentials that must succeed. */
  <T> T post(String path, Object body, Class<T> type) throws IOException, InterruptedException {
    return decode(call("POST", path, null, body), type);
  }

  static <T> T decode(byte[] json, Class<T> type) throws IOException {
    try {
      return type == JsonNode.class
          ? type.cast(StrictJson.tree(json, MAX_ANSWER))
          : StrictJson.decode(json, type, MAX_ANSWER);
    } catch (MalformedMessageException e) {
      throw new IOException("the service answered what does not fit: " + e.getMessage(), e);
    }
  }

  private byte[] call(String method, String path, String credential, Object body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(Duration.ofSeconds(20))
            .header("content-type", "application/json")
            .method(method, BodyPublishers.ofByteArray(StrictJson.encode(body)));
    if (credential != null) {
      request.header("authorization", "Bearer " + credential);
    }
    HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          method
              + ' '
              + path
              + ": "
              + response.statusCode()
              + ' '
              + new String(response.body(), StandardCharsets.UTF_8));
    }
    return response.body();
  }

  private static Digest hash(String credential) {
    return Digest.hash(credential.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    client.shutdownNow();
    process.close();
    Directories.delete(directory);
  }
}
