// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.docs;

import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustCache;
import dev.signet.relyingparty.TrustFeed;
import dev.signet.relyingparty.TrustTls;
import dev.signet.relyingparty.servlet.AttestedRequestFilter;
import dev.signet.relyingparty.servlet.BodyLimits;
import dev.signet.requestsignatures.SignatureProviders;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/** Arguments: the verifier's issuer, its CA file, its snapshot key file, this service's name. */
public final class ProtectedService {
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
    AttestedRequestFilter filter =
        new AttestedRequestFilter(
            new RequestVerifier(Set.of(args[3]), "http"),
            trust::current,
            ReplayMemory.afterRestart(100_000, clock.instant()),
            clock,
            BodyLimits.STANDARD);

    ServletContextHandler context = new ServletContextHandler();
    context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(Weather.class, "/*");
    Server server = new Server(new InetSocketAddress("127.0.0.1", 8081));
    server.setHandler(context);
    server.start();
  }

  public static final class Weather extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      AgentIdentity agent = (AgentIdentity) request.getAttribute(AttestedRequestFilter.AGENT);
      response.getWriter().println("sunny, " + agent.agent() + " on " + agent.host());
    }
  }
}
