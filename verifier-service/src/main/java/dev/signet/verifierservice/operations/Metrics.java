// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operations;

import dev.signet.verifierservice.http.CallObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Counters and timers, all of bounded cardinality: routes are templates, reasons are names. */
public final class Metrics implements CallObserver {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, Counter> decisions = new ConcurrentHashMap<>();
  private final Map<String, Timer> calls = new ConcurrentHashMap<>();

  /** A decision about an agent, a host or a request: {@code OK} or a refusal. */
  public void decided(String act, String outcome) {
    decisions
        .computeIfAbsent(
            act + " " + outcome,
            k ->
                Counter.builder("signet.decisions")
                    .description("Decisions by act and outcome")
                    .tags("act", act, "outcome", outcome)
                    .register(registry))
        .increment();
  }

  @Override
  public void answered(String route, String reason, long nanos) {
    calls
        .computeIfAbsent(
            route + " " + reason,
            k ->
                Timer.builder("signet.calls")
                    .description("Calls by route and reason")
                    .tags("route", route, "reason", reason)
                    .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
                    .register(registry))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A value read when somebody asks. */
  public void gauge(String name, String description, Supplier<Number> value) {
    gauge(name, description, Map.of(), value);
  }

  /** The same, one of several under a name. */
  public void gauge(
      String name, String description, Map<String, String> labels, Supplier<Number> value) {
    Gauge.Builder<Supplier<Number>> gauge = Gauge.builder(name, value).description(description);
    labels.forEach(gauge::tag);
    gauge.register(registry);
  }

  /** Prometheus text format 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }
}
