// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Route;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API document says what the server does, no more and no less. */
class OpenApiIT {
  private static final Set<String> ALL =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  @TempDir Path directory;

  @Test
  void documentHasExactlyTheRoutes() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory).start()) {
      JsonNode document = verifier.operator("GET", "/openapi.json", null);
      Set<String> described = new TreeSet<>();
      Set<String> secured = new TreeSet<>();
      document
          .get("paths")
          .properties()
          .forEach(
              path ->
                  path.getValue()
                      .properties()
                      .forEach(
                          operation -> {
                            String name = operation.getKey() + " " + path.getKey();
                            described.add(name);
                            if (operation.getValue().has("security")) {
                              secured.add(name);
                            }
                          }));
      Set<String> routes = new TreeSet<>();
      Set<String> guarded = new TreeSet<>();
      for (Route route : verifier.server().routes()) {
        String path = route.template().replace("**", "{rest}");
        for (String method :
            route.method().equals(Route.ANY)
                ? ALL
                : Set.of(route.method().toLowerCase(Locale.ROOT))) {
          routes.add(method + " " + path);
          if (route.access() instanceof Access.Operators
              || route.access() instanceof Access.Services) {
            guarded.add(method + " " + path);
          }
        }
      }
      assertThat(described).isEqualTo(routes).hasSizeGreaterThan(25);
      assertThat(secured).isEqualTo(guarded);
    }
  }

  @Test
  void metricsAreOpenOnTheOperationsListenerOnly() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory)) {
      verifier.extraConfig = "operations: {host: 127.0.0.1, port: 0}";
      verifier.start();
      URI metrics =
          URI.create("https://127.0.0.1:" + verifier.server().operationsPort() + "/metrics");
      assertThat(
              verifier
                  .client()
                  .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.discarding())
                  .statusCode())
          .isEqualTo(200);
      assertThat(verifier.reason("GET", "/metrics", TestVerifier.OPERATOR, null))
          .isEqualTo("NOT_FOUND");
    }
  }

  @Test
  void healthReadinessAndMetrics() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory).start()) {
      new TestHost(verifier, "host-1").ready().attest();
      assertThat(verifier.call("GET", "/healthz", null, null).statusCode()).isEqualTo(200);
      assertThat(verifier.call("GET", "/readyz", null, null).statusCode()).isEqualTo(200);
      assertThat(TestVerifier.text(verifier.call("GET", "/metrics", TestVerifier.OPERATOR, null)))
          .contains("signet_decisions_total{act=\"attest\",outcome=\"OK\"} 1.0")
          .contains("signet_snapshot_number 1.0")
          .contains("signet_calls_seconds_count{reason=\"OK\",route=\"/v1/challenges\"} 1")
          .contains("signet_challenges_outstanding 0.0");
    }
  }
}
