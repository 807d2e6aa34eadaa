// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.docs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.relyingparty.RequestBody;
import dev.signet.relyingparty.RequestDecision;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustCache;
import dev.signet.relyingparty.TrustFeed;
import dev.signet.relyingparty.TrustTls;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Arguments: the verifier's issuer, its CA file, its snapshot key file, this service's name. */
public final class PlainService {
  public static void main(String[] args) throws Exception {
    Clock clock = Clock.systemUTC();
    PublicJwk key = StrictJson.decode(Files.readAllBytes(Path.of(args[2])), PublicJwk.class, 4096);
    TrustCache trust =
        new TrustCache(args[0], List.of(key), SignatureProviders.detect(), Path.of("trust-seen"));
    TrustFeed.start(
        trust,
        List.of(URI.create(args[0])),
        TrustTls.clientTrusting(Path.of(args[1])),
        Duration.ofSeconds(30),
        clock);
    RequestVerifier verifier = new RequestVerifier(Set.of(args[3]), "http");
    ReplayMemory replays = ReplayMemory.afterRestart(100_000, clock.instant());

    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8081), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readNBytes(1024 * 1024);
          RequestDecision decision =
              verifier.verify(
                  new View(exchange),
                  body.length == 0 ? new RequestBody.None() : new RequestBody.Complete(body),
                  trust.current(),
                  clock.instant(),
                  replays);
          if (decision instanceof RequestDecision.Accepted accepted) {
            answer(exchange, 200, "sunny, " + accepted.agent().agent());
          } else if (decision instanceof RequestDecision.Refused refused) {
            answer(exchange, refused.reason().status(), refused.reason().name());
          }
        });
    server.start();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** The request as it came: nothing decoded, nothing joined. */
  private record View(HttpExchange exchange) implements RequestView {
    @Override
    public String method() {
      return exchange.getRequestMethod();
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String authority() {
      return exchange.getRequestHeaders().getFirst("Host");
    }

    @Override
    public String path() {
      return exchange.getRequestURI().getRawPath();
    }

    @Override
    public Optional<String> query() {
      return Optional.ofNullable(exchange.getRequestURI().getRawQuery());
    }

    @Override
    public List<String> fieldValues(String lowerCaseName) {
      return exchange.getRequestHeaders().getOrDefault(lowerCaseName, List.of());
    }
  }
}
