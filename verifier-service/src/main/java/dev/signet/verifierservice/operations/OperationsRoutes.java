// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operations;

import dev.signet.protocol.ProblemDetails;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Health, readiness, metrics and the API document. */
public final class OperationsRoutes {
  private static final String OPENAPI = "/dev/signet/verifierservice/openapi.json";

  private final Readiness readiness;
  private final Metrics metrics;
  private final InstantSource clock;
  private final byte[] openApi;

  public OperationsRoutes(Readiness readiness, Metrics metrics, InstantSource clock)
      throws IOException {
    this.readiness = readiness;
    this.metrics = metrics;
    this.clock = clock;
    try (InputStream in = OperationsRoutes.class.getResourceAsStream(OPENAPI)) {
      this.openApi = in.readAllBytes();
    }
  }

  /** Whether the service can do its work; an exception says why not. */
  @FunctionalInterface
  public interface Readiness {
    void check() throws IOException;
  }

  /**
   * @param apart whether they are for a listener of their own. Metrics are, elsewhere, for
   *     operators only: a proxy on this machine makes loopback of everybody.
   */
  public List<Route> routes(boolean apart) {
    Access operations = new Access.Operations();
    Access metricsAccess = apart ? operations : new Access.Operators(Role.AUDIT);
    return List.of(
        new Route("GET", "/healthz", operations, 0, this::health),
        new Route("GET", "/readyz", operations, 0, this::ready),
        new Route("GET", "/metrics", metricsAccess, 0, this::metrics),
        new Route("GET", "/openapi.json", operations, 0, this::openApi));
  }

  private Answer health(Call call) {
    return new Answer.Json(200, Map.of("status", "up"));
  }

  private Answer ready(Call call) {
    try {
      readiness.check();
      return new Answer.Json(200, Map.of("status", "ready"));
    } catch (IOException e) {
      return new Answer.Problem(ProblemDetails.unavailable(e.getMessage(), clock.instant()));
    }
  }

  private Answer metrics(Call call) {
    return new Answer.Document(
        "text/plain; version=0.0.4; charset=utf-8",
        metrics.scrape().getBytes(StandardCharsets.UTF_8));
  }

  private Answer openApi(Call call) {
    return new Answer.Document("application/json", openApi);
  }
}
