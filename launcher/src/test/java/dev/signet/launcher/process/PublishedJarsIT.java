// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.egress.EgressLimits;
import dev.signet.launcher.egress.ProcessTreePeerCheck;
import dev.signet.launcher.egress.ProxyFixture;
import dev.signet.launcher.egress.ReceivedRequest;
import dev.signet.launcher.egress.TestUpstream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs of others, as published, started by the launcher: each request that they make is signed.
 */
class PublishedJarsIT {
  @TempDir Path directory;
  private final ProcessTreePeerCheck peers = new ProcessTreePeerCheck();
  private TestUpstream upstream;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    fixture = new ProxyFixture(EgressLimits.standard(), Optional.empty(), peers);
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @Test
  void signsTheRequestsOfApacheIvy() throws Exception {
    byte[] settings =
        """
        <ivysettings><settings defaultResolver="r"/><resolvers><url name="r">
        <ivy pattern="%1$s/[organisation]/[module]/ivy-[revision].xml"/>
        <artifact pattern="%1$s/[organisation]/[module]/[artifact]-[revision].[ext]"/>
        </url></resolvers></ivysettings>
        """
            .formatted(upstream.uri("/repo"))
            .getBytes(StandardCharsets.UTF_8);
    upstream.serve("/settings.xml", "text/xml", settings);
    upstream.serve(
        "/repo/org.example/lib/ivy-1.0.xml",
        "text/xml",
        "<ivy-module version='2.0'><info organisation='org.example' module='lib' revision='1.0'/></ivy-module>"
            .getBytes(StandardCharsets.UTF_8));
    upstream.serve("/repo/org.example/lib/lib-1.0.jar", "application/java-archive", new byte[2000]);

    try (LaunchedAgent ivy =
        launch(
            "ivy",
            "-settings",
            upstream.uri("/settings.xml").toString(),
            "-dependency",
            "org.example",
            "lib",
            "1.0",
            "-cache",
            directory.resolve("cache").toString(),
            "-retrieve",
            directory.resolve("got").toString() + "/[artifact].[ext]")) {
      admit(ivy);
      String output = ivy.all();
      assertThat(ivy.exit()).as(output + ivy.errors()).isZero();
    }
    assertThat(directory.resolve("got/lib.jar")).hasSize(2000);
    assertEveryRequestSigned(4);
  }

  @Test
  void signsTheRequestsOfTheOpenApiGenerator() throws Exception {
    upstream.serve(
        "/openapi.yaml",
        "application/yaml",
        "openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
            .getBytes(StandardCharsets.UTF_8));
    try (LaunchedAgent generator =
        launch(
            "openapi-generator-cli", "validate", "-i", upstream.uri("/openapi.yaml").toString())) {
      admit(generator);
      String output = generator.all();
      assertThat(generator.exit()).as(output + generator.errors()).isZero();
      assertThat(output).contains("No validation issues detected");
    }
    assertEveryRequestSigned(1);
  }

  @Test
  void signsTheRequestsOfWireMockWhichIsItselfAProxy() throws Exception {
    int port = freePort();
    try (LaunchedAgent wiremock =
            launch(
                "wiremock-standalone",
                "--port",
                Integer.toString(port),
                "--bind-address",
                "127.0.0.1",
                "--disable-banner",
                "--proxy-all",
                upstream.uri("").toString());
        HttpClient client = HttpClient.newHttpClient()) {
      admit(wiremock);
      URI address = URI.create("http://127.0.0.1:" + port + "/through?x=1");
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .POST(HttpRequest.BodyPublishers.ofString("payload"))
              .header("Content-Type", "text/plain")
              .build();
      Awaitility.await()
          .atMost(30, TimeUnit.SECONDS)
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> client.send(request, BodyHandlers.ofString()).statusCode() == 200);
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      assertThat(response.body()).isEqualTo("hello");
    }
    assertEveryRequestSigned(2);
    assertThat(upstream.received().getFirst().body()).asString().isEqualTo("payload");
  }

  private LaunchedAgent launch(String name, String... arguments) throws IOException {
    return new LaunchedAgent(
        directory,
        Path.of("target", "published", name + ".jar").toAbsolutePath(),
        Map.of(),
        List.of("-Degress.port=" + fixture.port()),
        arguments);
  }

  private void admit(LaunchedAgent agent) {
    long pid =
        Awaitility.await()
            .atMost(10, TimeUnit.SECONDS)
            .pollInterval(20, TimeUnit.MILLISECONDS)
            .until(agent::agentPid, found -> found > 0);
    peers.admit(ProcessHandle.of(pid).orElseThrow());
  }

  private void assertEveryRequestSigned(int atLeast) {
    assertThat(upstream.received())
        .hasSizeGreaterThanOrEqualTo(atLeast)
        .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .extracting(ReceivedRequest::nonce)
        .doesNotHaveDuplicates();
    assertThat(fixture.proxy.stats().forwarded()).isEqualTo(upstream.received().size());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
