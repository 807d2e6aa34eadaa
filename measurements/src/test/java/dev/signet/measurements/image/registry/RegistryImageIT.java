// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageMeasurement.Measured;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.ImageMeasurement.Refused;
import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.ImageSource;
import dev.signet.measurements.image.OciLayout;
import dev.signet.measurements.image.TestImage;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a registry that asks for a token, and others that lie. */
class RegistryImageIT {
  @TempDir Path dir;

  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch end = new CountDownLatch(1);
  private HttpServer registry;
  private HttpServer elsewhere;
  private Digest manifest;
  private Answer answer = this::give;
  private Duration patience = Duration.ofSeconds(30);

  private interface Answer {
    void to(HttpExchange exchange, byte[] blob) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    manifest = TestImage.digestIn(TestImage.small().writeTo(dir));
    elsewhere = serve(this::fromElsewhere);
    registry = serve(this::fromRegistry);
  }

  @AfterEach
  void stop() {
    end.countDown();
    registry.stop(0);
    elsewhere.stop(0);
  }

  @Test
  void measuresWithTheTokenThatTheRegistryWants() throws Exception {
    Measured fromLayout =
        (Measured) ImageRuler.measure(OciLayout.open(dir), ImageSelection.of(manifest));
    assertThat(measure(Optional.of(RegistryCredentials.of("ci", "secret")))).isEqualTo(fromLayout);
    assertThat(seen)
        .contains("/token?service=test&scope=repository%3Aacme%2Fagent%3Apull Basic " + basic());
    assertThat(seen).contains("/v2/acme/agent/manifests/" + manifest + " Bearer t0ken");
  }

  @Test
  void attack28RegistryThatSendsAnotherManifestIsRefused() throws Exception {
    TestImage.small().config(c -> c.replace("--serve", "--evil")).writeTo(dir);
    byte[] evil = Files.readAllBytes(dir.resolve("index.json"));
    answer =
        (exchange, blob) -> {
          exchange.getResponseHeaders().add("Docker-Content-Digest", manifest.toString());
          give(exchange, exchange.getRequestURI().getPath().contains("manifests") ? evil : blob);
        };
    assertRefused(Reason.DIGEST_MISMATCH);
  }

  @Test
  void attack28RegistryThatSendsAnotherLayerIsRefused() throws Exception {
    answer =
        (exchange, blob) -> {
          if (blob[0] == 0x1f) {
            blob[blob.length - 1] ^= 1;
          }
          give(exchange, blob);
        };
    assertThat(measure(Optional.empty())).isInstanceOf(Refused.class);
  }

  @Test
  void attack30RegistryThatNeverStopsSendingIsRefused() throws Exception {
    answer =
        (exchange, blob) -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(blob);
            while (true) {
              out.write(new byte[65536]);
            }
          }
        };
    assertThat(measure(Optional.empty())).isInstanceOf(Refused.class);
  }

  @Test
  void registryThatSendsNothingAnyMoreIsAnOutage() {
    patience = Duration.ofSeconds(1);
    answer =
        (exchange, blob) -> {
          exchange.sendResponseHeaders(200, blob.length);
          exchange.getResponseBody().write(blob, 0, 5);
          exchange.getResponseBody().flush();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    assertThatThrownBy(() -> measure(Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing any more");
  }

  @Test
  void tokenDoesNotFollowARedirectToAnotherPlace() throws Exception {
    answer =
        (exchange, blob) -> {
          String path = exchange.getRequestURI().getPath();
          if (path.contains("blobs")) {
            exchange
                .getResponseHeaders()
                .add("Location", "http://127.0.0.1:" + elsewhere.getAddress().getPort() + path);
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
          } else {
            give(exchange, blob);
          }
        };
    assertThat(measure(Optional.of(RegistryCredentials.of("ci", "secret"))))
        .isInstanceOf(Measured.class);
    assertThat(seen.stream().filter(s -> s.startsWith("elsewhere")))
        .isNotEmpty()
        .allMatch(s -> s.endsWith(" null"));
  }

  @Test
  void redirectInTheClearIsRefused() {
    answer =
        (exchange, blob) -> {
          exchange.getResponseHeaders().add("Location", "http://registry.example/x");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        };
    assertThatThrownBy(() -> measure(Optional.empty())).hasMessageContaining("without https");
  }

  @Test
  void redirectsEnd() {
    answer =
        (exchange, blob) -> {
          exchange.getResponseHeaders().add("Location", exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        };
    assertThatThrownBy(() -> measure(Optional.empty())).hasMessageContaining("fewer redirects");
  }

  @Test
  void imageThatIsNotThereIsRefusedByName() throws Exception {
    manifest = Digest.hash(new byte[] {1});
    assertRefused(Reason.MISSING_BLOB);
  }

  @Test
  void credentialsAreReadAsDockerWritesThem() throws Exception {
    Path file = dir.resolve("config.json");
    Files.writeString(
        file, "{\"auths\":{\"registry.example\":{\"auth\":\"" + basic() + "\"}},\"x\":1}");
    assertThat(RegistryCredentials.read(file, "registry.example").orElseThrow().header())
        .isEqualTo("Basic " + basic());
    assertThat(RegistryCredentials.read(file, "other.example")).isEmpty();
    assertThat(RegistryCredentials.of("a", "hidden").toString()).doesNotContain("hidden");
  }

  private void assertRefused(Reason reason) throws Exception {
    assertThat(measure(Optional.empty()))
        .isInstanceOfSatisfying(Refused.class, r -> assertThat(r.reason()).isEqualTo(reason));
  }

  private ImageMeasurement measure(Optional<RegistryCredentials> credentials) throws Exception {
    ImageReference.InRegistry reference =
        new ImageReference.InRegistry(
            "127.0.0.1:" + registry.getAddress().getPort(), "acme/agent", manifest);
    try (ImageSource source =
        RegistryImage.of(reference, credentials, patience, SSLContext.getDefault())) {
      return ImageRuler.measure(source, ImageSelection.of(manifest));
    }
  }

  private void fromRegistry(HttpExchange exchange) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    seen.add(exchange.getRequestURI() + " " + authorization);
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/token")) {
      give(exchange, "{\"token\":\"t0ken\"}".getBytes(StandardCharsets.UTF_8));
    } else if (!"Bearer t0ken".equals(authorization)) {
      exchange
          .getResponseHeaders()
          .add(
              "WWW-Authenticate",
              "Bearer realm=\"http://127.0.0.1:"
                  + registry.getAddress().getPort()
                  + "/token\",service=\"test\",scope=\"repository:x:pull\"");
      exchange.sendResponseHeaders(401, -1);
      exchange.close();
    } else {
      blob(exchange, answer);
    }
  }

  private void fromElsewhere(HttpExchange exchange) throws IOException {
    seen.add("elsewhere " + exchange.getRequestHeaders().getFirst("Authorization"));
    blob(exchange, this::give);
  }

  private void blob(HttpExchange exchange, Answer how) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String digest = path.substring(path.lastIndexOf(':') + 1);
    Path file = dir.resolve("blobs/sha256").resolve(digest);
    if (Files.exists(file)) {
      how.to(exchange, Files.readAllBytes(file));
    } else {
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
    }
  }

  private void give(HttpExchange exchange, byte[] content) throws IOException {
    exchange.sendResponseHeaders(200, content.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(content);
    }
  }

  private static String basic() {
    return Base64.getEncoder().encodeToString("ci:secret".getBytes(StandardCharsets.UTF_8));
  }

  private static HttpServer serve(com.sun.net.httpserver.HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", handler);
    server.start();
    return server;
  }
}
