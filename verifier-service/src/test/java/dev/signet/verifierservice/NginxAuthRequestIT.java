// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.VerifyRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real nginx that asks {@code /v1/authz} before it passes a request on. */
class NginxAuthRequestIT {
  @TempDir Path directory;
  private TestVerifier verifier;
  private Process nginx;
  private int port;
  private TestHost host;
  private AttestationResult identity;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeEach
  void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    verifier = new TestVerifier(directory.resolve("verifier"));
    verifier.moreAuthorities = ", \"http://127.0.0.1:" + port + "\"";
    verifier.start();
    startNginx();
    host = new TestHost(verifier, "host-1").ready();
    identity = host.attest();
  }

  @AfterEach
  void stop() throws Exception {
    client.shutdownNow();
    nginx.destroy();
    nginx.waitFor();
    verifier.close();
  }

  private void startNginx() throws IOException {
    Path config = directory.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path %1$s/t1; proxy_temp_path %1$s/t2; fastcgi_temp_path %1$s/t3;
          uwsgi_temp_path %1$s/t4; scgi_temp_path %1$s/t5;
          large_client_header_buffers 8 16k;
          server {
            listen 127.0.0.1:%2$d;
            location / {
              auth_request /signet;
              auth_request_set $agent $upstream_http_signet_agent;
              try_files /nothing @service;
            }
            location @service { add_header X-Agent $agent always; return 200 "reached"; }
            location = /signet {
              internal;
              proxy_pass https://127.0.0.1:%3$d/v1/authz/check;
              proxy_ssl_protocols TLSv1.3;
              proxy_ssl_trusted_certificate %1$s/verifier/data/tls.pem;
              proxy_ssl_name localhost;
              proxy_ssl_verify on;
              proxy_http_version 1.1;
              proxy_pass_request_body off;
              proxy_set_header Content-Length "";
              proxy_set_header Signet-Proxy-Credential "%4$s";
              proxy_set_header X-Original-Method $request_method;
              proxy_set_header X-Original-URI $request_uri;
              proxy_set_header X-Original-Host $http_host;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header X-Forwarded-Host "";
              proxy_set_header X-Original-Protocol $server_protocol;
              proxy_set_header X-Original-Content-Length $content_length;
              proxy_set_header X-Original-Transfer-Encoding $http_transfer_encoding;
            }
          }
        }
        """
            .formatted(directory, port, verifier.server().port(), TestVerifier.PROXY));
    nginx =
        new ProcessBuilder("nginx", "-p", directory.toString(), "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("nginx.log").toFile())
            .start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(
            () -> {
              new Socket("127.0.0.1", port).close();
              return true;
            });
  }

  private VerifyRequest signed(String path) throws Exception {
    return SignedRequests.get(
        host, identity.token(), "http", "127.0.0.1:" + port, path, Instant.now());
  }

  private HttpResponse<String> send(VerifyRequest request, String path, String body)
      throws Exception {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(10))
            .method("GET", body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    request.headers().forEach(f -> builder.header(f.get(0), f.get(1)));
    return client.send(builder.build(), BodyHandlers.ofString());
  }

  @Test
  void onlyWhatTheAgentSignedReachesTheService() throws Exception {
    VerifyRequest good = signed("/tools");
    HttpResponse<String> reached = send(good, "/tools", null);
    assertThat(reached.statusCode())
        .as(Files.readString(directory.resolve("nginx.log")))
        .isEqualTo(200);
    assertThat(reached.headers().firstValue("x-agent")).contains(TestHost.AGENT.value());
    assertThat(send(good, "/tools", null).statusCode()).as("replayed").isEqualTo(401);
    assertThat(send(signed("/tools"), "/pay", null).statusCode()).as("path").isEqualTo(401);
    assertThat(send(signed("/tools"), "/tools", "body").statusCode()).as("body").isEqualTo(401);
    HttpResponse<String> unsigned =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/tools")).build(),
            BodyHandlers.ofString());
    assertThat(unsigned.statusCode()).as("unsigned").isEqualTo(401);
  }

  @Test
  void revocationStopsTheNextRequest() throws Exception {
    assertThat(send(signed("/tools"), "/tools", null).statusCode()).isEqualTo(200);
    verifier.operator(
        "POST",
        "/v1/revocations",
        "{\"scope\":\"agent\",\"value\":\"" + TestHost.AGENT + "\",\"reason\":\"test\"}");
    assertThat(send(signed("/tools"), "/tools", null).statusCode()).isEqualTo(401);
  }

  @Test
  void clientCannotSpeakForTheProxy() throws Exception {
    VerifyRequest good = signed("/tools");
    HttpRequest.Builder direct =
        HttpRequest.newBuilder(verifier.uri("/v1/authz/check"))
            .header("x-original-method", "GET")
            .header("x-original-uri", "/tools")
            .header("x-original-host", "127.0.0.1:" + port)
            .header("x-forwarded-proto", "http");
    good.headers().forEach(f -> direct.header(f.get(0), f.get(1)));
    assertThat(
            TestVerifier.problem(verifier.client().send(direct.build(), BodyHandlers.ofByteArray()))
                .reason())
        .isEqualTo("UNAUTHENTICATED");
    HttpRequest.Builder inside =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pay"))
            .header("x-original-uri", "/tools");
    good.headers().forEach(f -> inside.header(f.get(0), f.get(1)));
    assertThat(client.send(inside.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(401);
  }
}
