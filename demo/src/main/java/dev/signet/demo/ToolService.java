// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.protocol.PublicJwk;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustCache;
import dev.signet.relyingparty.TrustFeed;
import dev.signet.relyingparty.servlet.AttestedRequestFilter;
import dev.signet.relyingparty.servlet.BodyLimits;
import dev.signet.requestsignatures.SignatureProviders;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * A service that agents call: two resources, an API key as ever, and Signet's servlet filter in
 * front. It judges requests offline, by the trust snapshot that it keeps.
 */
public final class ToolService implements AutoCloseable {
  private static final int REPLAY_CAPACITY = 100_000;
  private static final Duration POLL = Duration.ofSeconds(5);

  private final Server server;
  private final ServerConnector connector;
  private final TrustFeed feed;
  private final TrustCache trust;

  private ToolService(Server server, ServerConnector connector, TrustFeed feed, TrustCache trust) {
    this.server = server;
    this.connector = connector;
    this.feed = feed;
    this.trust = trust;
  }

  /**
   * Starts on a free port of loopback.
   *
   * @param authority under which agents reach it
   * @param verifier base address of the verifier, for trust snapshots
   * @param client that trusts the verifier's certificate
   * @param directory for the highest snapshot number seen
   */
  static ToolService start(
      String authority,
      String issuer,
      URI verifier,
      PublicJwk snapshotKey,
      HttpClient client,
      String apiKey,
      Path directory)
      throws Exception {
    Clock clock = Clock.systemUTC();
    TrustCache trust =
        new TrustCache(
            issuer,
            List.of(snapshotKey),
            SignatureProviders.detect(),
            directory.resolve("seen-snapshot"));
    TrustFeed feed = TrustFeed.start(trust, List.of(verifier), client, POLL, clock);
    AttestedRequestFilter filter =
        new AttestedRequestFilter(
            new RequestVerifier(Set.of(authority), "http"),
            trust::current,
            ReplayMemory.onFirstStart(REPLAY_CAPACITY, clock.instant()),
            clock,
            BodyLimits.STANDARD);
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(new ServletHolder(new Tools(apiKey)), "/*");
    server.setHandler(context);
    server.start();
    return new ToolService(server, connector, feed, trust);
  }

  int port() {
    return connector.getLocalPort();
  }

  TrustCache trust() {
    return trust;
  }

  @Override
  public void close() {
    feed.close();
    LifeCycle.stop(server);
  }

  /** What the service does for attested agents that also know its API key. */
  private static final class Tools extends HttpServlet {
    private static final int MAX_NOTE = 64 * 1024;
    private final String apiKey;

    Tools(String apiKey) {
      this.apiKey = apiKey;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (!("Bearer " + apiKey).equals(request.getHeader("Authorization"))) {
        response.sendError(403);
        return;
      }
      AgentIdentity agent = (AgentIdentity) request.getAttribute(AttestedRequestFilter.AGENT);
      String answer =
          switch (request.getMethod() + " " + request.getRequestURI()) {
            case "GET /weather" -> "sunny, says the service to " + agent.agent();
            case "POST /notes" ->
                "noted "
                    + request.getInputStream().readNBytes(MAX_NOTE).length
                    + " bytes from "
                    + agent.agent();
            default -> null;
          };
      if (answer == null) {
        response.sendError(404);
        return;
      }
      response.setContentType("text/plain; charset=utf-8");
      response.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
