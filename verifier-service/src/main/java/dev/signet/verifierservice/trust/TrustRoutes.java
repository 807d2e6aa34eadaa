// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.trust;

import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Peers;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.keys.KeyPurpose;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.trust.SnapshotPublisher.Published;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code /v1/keys}, {@code /v1/trust} and {@code /v1/trust/stream}: public, signed or pinned. */
public final class TrustRoutes {
  private static final String JOSE = "application/jose";
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final int MAX_BODY = 0;

  private final KeyStore keys;
  private final SnapshotPublisher publisher;
  private final int maxStreams;
  private final Peers peers;
  private final InstantSource clock;
  private final AtomicInteger streams = new AtomicInteger();

  public TrustRoutes(
      KeyStore keys, SnapshotPublisher publisher, int maxStreams, InstantSource clock) {
    this.keys = keys;
    this.publisher = publisher;
    this.maxStreams = maxStreams;
    // Services that share one address keep half; nobody alone takes the last one.
    this.peers = new Peers(Math.max(1, maxStreams / 2));
    this.clock = clock;
  }

  public List<Route> routes() {
    Access open = new Access.Open();
    return List.of(
        new Route("GET", "/v1/keys", open, MAX_BODY, this::keys),
        new Route("GET", "/v1/trust", open, MAX_BODY, this::trust),
        new Route("GET", "/v1/trust/stream", open, MAX_BODY, this::stream));
  }

  private Answer keys(Call call) {
    List<Map<String, Object>> all = new ArrayList<>();
    Instant now = clock.instant();
    for (KeyPurpose purpose : KeyPurpose.values()) {
      keys.published(purpose, now).forEach(k -> all.add(jwk(k, purpose)));
    }
    return new Answer.Json(200, Map.of("keys", all));
  }

  private Answer trust(Call call) {
    return new Answer.Document(JOSE, publisher.newest().jws().getBytes(StandardCharsets.US_ASCII));
  }

  private Answer stream(Call call) {
    if (!peers.enter(call.address())) {
      return new Answer.Problem(
          ProblemDetails.of(Refusal.RATE_LIMITED, "too many streams", null, clock.instant()));
    }
    if (streams.incrementAndGet() > maxStreams) {
      streams.decrementAndGet();
      peers.leave(call.address());
      return new Answer.Problem(
          ProblemDetails.of(Refusal.RATE_LIMITED, "too many streams", null, clock.instant()));
    }
    return new Answer.Events(
        out -> {
          try {
            write(out);
          } finally {
            streams.decrementAndGet();
            peers.leave(call.address());
          }
        });
  }

  private void write(OutputStream out) throws IOException {
    long serial = 0;
    try {
      while (!publisher.closed()) {
        Published next = publisher.awaitNewer(serial, HEARTBEAT);
        // A comment keeps the connection known to be alive, and finds readers who left.
        String text = next == null ? ":\n\n" : "event: snapshot\ndata: " + next.jws() + "\n\n";
        serial = next == null ? serial : next.serial();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Object> jwk(PublicJwk key, KeyPurpose purpose) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("kty", key.kty());
    out.put("crv", key.crv());
    out.put("x", key.x());
    out.put("y", key.y());
    out.put("alg", key.alg());
    out.put("kid", key.kid());
    out.put("use", key.use());
    out.put("signet_purpose", purpose.wireName());
    return out;
  }
}
