// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.Agents;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.SigningHttpClient;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service of which only a part is protected, and which leads from one part into the other. */
class AttestedRequestDispatchIT {
  private static final Clock CLOCK = Clock.fixed(Agents.NOW, ZoneOffset.UTC);

  private final Agents agents = new Agents();
  private final HttpClient plain = HttpClient.newHttpClient();
  private final SigningHttpClient agent =
      new SigningHttpClient(plain, agents.signer(), agents::token, CLOCK);
  private final AtomicInteger served = new AtomicInteger();
  private final Server server = new Server();
  private String base;

  /** Goes on to {@code /in/there}, by forward or include. */
  private static final class Leading extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      var there = request.getRequestDispatcher("/in/there");
      if (request.getServletPath().endsWith("forward")) {
        there.forward(request, response);
      } else {
        there.include(request, response);
      }
    }
  }

  /** Would go on asynchronously, may not here, and answers without a look at the body. */
  private static final class Trying extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try {
        request.startAsync();
      } catch (IllegalStateException e) {
        response.getWriter().print("done");
      }
    }
  }

  private final class There extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      served.incrementAndGet();
      AgentIdentity sender = (AgentIdentity) request.getAttribute(AttestedRequestFilter.AGENT);
      response.getWriter().print(sender.agent());
    }
  }

  @BeforeEach
  void start() throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    connector.open();
    base = "http://127.0.0.1:" + connector.getLocalPort();
    ServletContextHandler context = new ServletContextHandler("/");
    for (String path : new String[] {"/out/forward", "/out/include", "/in/forward"}) {
      context.addServlet(new ServletHolder(new Leading()), path);
    }
    context.addServlet(new ServletHolder(new There()), "/in/there");
    ServletHolder synchronous = new ServletHolder(new Trying());
    synchronous.setAsyncSupported(false);
    context.addServlet(synchronous, "/in/tries");
    context.addFilter(
        new FilterHolder(
            new AttestedRequestFilter(
                new RequestVerifier(Set.of("127.0.0.1:" + connector.getLocalPort()), "http"),
                agents::trust,
                ReplayMemory.onFirstStart(1000, Agents.NOW),
                CLOCK,
                new BodyLimits(1000, 150_000))),
        "/in/*",
        EnumSet.allOf(DispatcherType.class));
    server.setHandler(context);
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  @Test
  void attack35NoWayLeadsFromAnOpenPartIntoTheProtectedOne() throws Exception {
    for (String path : new String[] {"/out/forward", "/out/include"}) {
      assertRefused(Refusal.UNSIGNED, plain.send(request(path), BodyHandlers.ofString()));
    }
    // Signed for where it was sent, which is not where it was led.
    assertRefused(
        Refusal.BAD_SIGNATURE, agent.send(request("/out/forward"), BodyHandlers.ofString()));
    assertThat(served).hasValue(0);
  }

  @Test
  void attack36BodyIsCheckedWhereGoingOnAsynchronouslyWasRefused() throws Exception {
    byte[] body = new byte[100_000];
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(base + "/in/tries"))
            .method("POST", BodyPublishers.noBody())
            .build();
    assertThat(agent.send(post, body, BodyHandlers.ofString()).body()).isEqualTo("done");
    HttpRequest signed = agent.sign(post, body);
    byte[] other = body.clone();
    other[99_999] = 1;
    HttpRequest changed =
        HttpRequest.newBuilder(signed, (n, v) -> true)
            .method("POST", BodyPublishers.ofByteArray(other))
            .build();
    assertRefused(Refusal.BODY_MISMATCH, plain.send(changed, BodyHandlers.ofString()));
  }

  @Test
  void whatWasLetThroughGoesOnInside() throws Exception {
    HttpResponse<String> answer = agent.send(request("/in/forward"), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Agents.AGENT.value());
    assertThat(served).hasValue(1);
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).build();
  }

  private static void assertRefused(Refusal reason, HttpResponse<String> answer) throws Exception {
    JsonNode problem = StrictJson.tree(answer.body().getBytes(StandardCharsets.UTF_8), 10_000);
    assertThat(problem.get("reason").asText()).isEqualTo(reason.name());
  }
}
