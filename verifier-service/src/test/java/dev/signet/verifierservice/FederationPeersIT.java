// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.signet.protocol.TokenRequest;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The peers of docs/guides/federate.md, by the configurations that stand there: Vault's JWT method
 * and the Kubernetes API server's authenticator, run as a program of their own code ({@code
 * -Dsignet.go=} and the path of {@code go}), and a SPIRE server ({@code -Dsignet.spire=} and the
 * path of {@code spire-server}), each over TLS against a running verifier.
 */
class FederationPeersIT {
  private static final Path SOURCE = Path.of("src/test/go/peers");

  @TempDir private Path directory;
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory.resolve("verifier"));
    verifier.port = freePort();
    verifier.issuer = "https://localhost:" + verifier.port;
    verifier.start();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  @Test
  @EnabledIfSystemProperty(named = "signet.go", matches = ".+")
  void vaultAndKubernetesTakeTheirTokensAndNoOthers() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    host.permitted("{\"tokens\":[\"vault\",\"kubernetes\"]}");
    SvidCaller caller = new SvidCaller(host, host.attest().token());
    Path program = directory.resolve("peers");
    run(10, SOURCE, System.getProperty("signet.go"), "build", "-o", program.toString(), ".");
    String agent = TestHost.AGENT.value();
    String said =
        run(
            2,
            directory,
            program.toString(),
            verifier.issuer,
            certificate().toString(),
            token(caller, "vault"),
            token(caller, "kubernetes"),
            agent);
    assertThat(said.lines())
        .containsExactly(
            "vault " + agent + " billing 10m0s",
            "vault refused the others",
            "kubernetes signet:" + agent,
            "kubernetes refused the others");
  }

  @Test
  @EnabledIfSystemProperty(named = "signet.spire", matches = ".+")
  void spireReadsTheBundle() throws Exception {
    String spire = System.getProperty("signet.spire");
    Path socket = directory.resolve("spire.sock");
    Path configuration = directory.resolve("server.conf");
    Files.writeString(
        configuration,
        """
        server {
          bind_address = "127.0.0.1"
          bind_port = "%d"
          socket_path = "%s"
          trust_domain = "spire.test"
          data_dir = "%s"
          federation {
            federates_with "example.org" {
              bundle_endpoint_url = "%s/v1/bundle"
              bundle_endpoint_profile "https_web" {}
            }
          }
        }
        plugins {
          DataStore "sql" {
            plugin_data { database_type = "sqlite3", connection_string = "%s" }
          }
          KeyManager "memory" { plugin_data {} }
          NodeAttestor "join_token" { plugin_data {} }
        }
        """
            .formatted(
                freePort(),
                socket,
                directory,
                verifier.issuer,
                directory.resolve("datastore.sqlite3")));
    Path log = directory.resolve("spire.log");
    ProcessBuilder server =
        new ProcessBuilder(spire, "run", "-config", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    server.environment().put("SSL_CERT_FILE", certificate().toString());
    Process running = server.start();
    try {
      await()
          .atMost(Duration.ofSeconds(30))
          .conditionEvaluationListener(null)
          .untilAsserted(
              () -> {
                assertThat(running.isAlive()).as(Files.readString(log)).isTrue();
                assertThat(Files.readString(log)).contains("Bundle refreshed");
              });
      String shown =
          run(
              1,
              directory,
              spire,
              "bundle",
              "list",
              "-socketPath",
              socket.toString(),
              "-id",
              "spiffe://example.org",
              "-format",
              "spiffe");
      assertThat(shown).contains("x509-svid").contains("jwt-svid");
    } finally {
      running.destroy();
      running.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private Path certificate() {
    return directory.resolve("verifier/data/tls.pem");
  }

  private static String token(SvidCaller caller, String audience) throws Exception {
    HttpResponse<byte[]> answer = caller.call("/v1/tokens", new TokenRequest(audience, null));
    assertThat(answer.statusCode()).as(TestVerifier.text(answer)).isEqualTo(200);
    return TestVerifier.decode(answer.body(), TokenRequest.Result.class).token();
  }

  /** The output of a program that must succeed. */
  private static String run(int minutes, Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(minutes, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
