// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.ProblemDetails;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.ApiServer;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.http.ServerTls;
import dev.signet.verifierservice.keys.ServerCertificate;
import dev.signet.verifierservice.operations.Metrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bug in a route: told as one, with a number that is in the log. */
class IncidentIT {
  @TempDir Path directory;

  private Route thatThrows(String path, Runnable bug) {
    return new Route(
        "GET",
        path,
        new Access.Open(),
        0,
        call -> {
          bug.run();
          throw new AssertionError("the bug did not show");
        });
  }

  @Test
  void exceptionsAndErrorsAreIncidents() throws Exception {
    TestVerifier verifier = new TestVerifier(directory);
    ServiceConfig config = verifier.config();
    ServerTls tls =
        ServerCertificate.open(config.tls(), directory, Instant.now(), new SecureRandom());
    List<Route> routes =
        List.of(
            thatThrows(
                "/exception",
                () -> {
                  throw new IllegalStateException("a bug");
                }),
            thatThrows(
                "/error",
                () -> {
                  throw new NoClassDefFoundError("a bug");
                }));
    try (ApiServer server =
            ApiServer.start(
                config.listen(),
                false,
                tls,
                config,
                routes,
                new Metrics(),
                InstantSource.system());
        HttpClient client =
            HttpClient.newBuilder().sslContext(TestVerifier.tls(tls.pin(), null)).build()) {
      for (Route route : routes) {
        URI uri = URI.create("https://127.0.0.1:" + server.port() + route.template());
        HttpResponse<byte[]> response =
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(500);
        ProblemDetails problem = TestVerifier.problem(response);
        assertThat(problem.reason()).isEqualTo("INTERNAL");
        assertThat(problem.detail() + problem.title())
            .as(route.template())
            .containsPattern("[0-9a-f]{8}-[0-9a-f]{4}-4")
            .doesNotContain("a bug");
      }
    }
  }
}
