// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.AgentIdentity;
import dev.signet.relyingparty.Agents;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.SigningHttpClient;
import dev.signet.relyingparty.TrustState;
import dev.signet.requestsignatures.ContentDigest;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter in Jetty, as agents and others meet it. */
class AttestedRequestFilterIT {
  private static final Clock CLOCK = Clock.fixed(Agents.NOW, ZoneOffset.UTC);

  /** What a client sends over it fits into the sockets: it must not break off before it reads. */
  private static final BodyLimits LIMITS = new BodyLimits(1000, 150_000);

  private static final byte[] SMALL = "hello".getBytes(StandardCharsets.US_ASCII);

  private final Agents agents = new Agents();
  private final HttpClient plain = HttpClient.newHttpClient();
  private final SigningHttpClient agent =
      new SigningHttpClient(plain, agents.signer(), agents::token, CLOCK);
  private final AtomicInteger served = new AtomicInteger();
  private final Server server = new Server();
  private volatile TrustState trust = agents.trust();
  private String base;

  /** Answers with who sent what; some paths misbehave. */
  private final class Service extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      served.incrementAndGet();
      AgentIdentity sender = (AgentIdentity) request.getAttribute(AttestedRequestFilter.AGENT);
      if (request.getRequestURI().equals("/ignores-body")) {
        response.getWriter().print("done");
        return;
      }
      if (request.getRequestURI().equals("/trailers")) {
        request.getInputStream().readAllBytes();
        response.getWriter().print("trailers " + request.getTrailerFields());
        return;
      }
      if (request.getRequestURI().equals("/answers-early")) {
        response.getOutputStream().print("begun");
        response.flushBuffer();
        request.getInputStream().readAllBytes();
        return;
      }
      if (request.getRequestURI().equals("/swallows")) {
        try {
          request.getInputStream().readAllBytes();
        } catch (IOException e) {
          response.getWriter().print("accepted anyway");
        }
        return;
      }
      if (request.getRequestURI().equals("/goes-on")) {
        AsyncContext later = request.startAsync();
        later.start(() -> answerWithLength(later));
        return;
      }
      String form = request.getParameter("amount");
      byte[] body = request.getInputStream().readAllBytes();
      response
          .getWriter()
          .print(sender.agent() + " " + request.getRequestURI() + " " + body.length + " " + form);
    }
  }

  /** What an asynchronous servlet does: all that it has is the context. */
  private static void answerWithLength(AsyncContext later) {
    HttpServletResponse response = (HttpServletResponse) later.getResponse();
    try {
      byte[] body = later.getRequest().getInputStream().readAllBytes();
      response.getWriter().print("read " + body.length);
    } catch (IOException e) {
      response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
    } finally {
      later.complete();
    }
  }

  @BeforeEach
  void start() throws Exception {
    HttpConfiguration lenient = new HttpConfiguration();
    // Containers that take every path: what is let through must still be what was signed.
    lenient.setUriCompliance(UriCompliance.UNSAFE);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(lenient));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    connector.open();
    base = "http://127.0.0.1:" + connector.getLocalPort();
    ServletContextHandler context = new ServletContextHandler("/");
    context.getServletHandler().setDecodeAmbiguousURIs(true);
    ServletHolder service = new ServletHolder(new Service());
    service.setAsyncSupported(true);
    context.addServlet(service, "/*");
    FilterHolder filter =
        new FilterHolder(
            new AttestedRequestFilter(
                new RequestVerifier(Set.of("127.0.0.1:" + connector.getLocalPort()), "http"),
                () -> trust,
                ReplayMemory.onFirstStart(1000, Agents.NOW),
                CLOCK,
                LIMITS));
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    server.setHandler(context);
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  @Test
  void letsAgentThroughAndSaysWhoItIs() throws Exception {
    HttpResponse<String> answer = agent.send(get("/a/b?c=d").build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(Agents.AGENT + " /a/b 0 null");
  }

  @Test
  void attack35UnsignedNeverFallsThrough() throws Exception {
    for (String method : new String[] {"GET", "POST", "OPTIONS", "TRACE", "HEAD"}) {
      HttpRequest request =
          HttpRequest.newBuilder(uri("/a")).method(method, BodyPublishers.noBody()).build();
      assertThat(plain.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
    }
    HttpResponse<String> answer = plain.send(get("/a").build(), BodyHandlers.ofString());
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.headers().firstValue("Date")).isPresent();
    assertThat(answer.headers().firstValue("Accept-Signature").orElseThrow())
        .startsWith("signet=(\"@method\" \"@authority\"")
        .endsWith(";tag=\"signet\"");
    assertRefused(Refusal.UNSIGNED, answer);
    assertThat(served).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%2Fb",
        "/a%2fb",
        "//a",
        "/a//b",
        "/a;v=1/b",
        "/a/%2e%2e/b",
        "/a/../b",
        "/%C3%BC",
        "/a?x=%26&y=+",
        "/a?",
        "/a?x?y",
        "/a%20b"
      })
  void signsAndChecksPathsAsTheyAre(String target) throws Exception {
    HttpRequest signed = agent.sign(get(target).build(), new byte[0]);
    HttpResponse<String> answer = plain.send(signed, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
    assertThat(answer.body()).contains(" " + path + " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a%2Fb", "/a/b/", "//a/b", "/a;v/b", "/A/b", "/a/./b", "/a/b?", "/a/b?x"})
  void attack36OtherTargetThanSigned(String other) throws Exception {
    HttpRequest signed = agent.sign(get("/a/b").build(), new byte[0]);
    HttpRequest moved = HttpRequest.newBuilder(signed, (n, v) -> true).uri(uri(other)).build();
    HttpResponse<String> answer = plain.send(moved, BodyHandlers.ofString());
    if (other.equals("/a/b?")) {
      // RFC 9421 section 2.2.7 signs an empty query and none alike.
      assertThat(answer.statusCode()).isEqualTo(200);
    } else {
      assertRefused(Refusal.BAD_SIGNATURE, answer);
      assertThat(served).hasValue(0);
    }
  }

  @Test
  void attack36SmallBodyIsCheckedBeforeTheServletRuns() throws Exception {
    assertThat(post("/a", SMALL).body()).endsWith(" /a 5 null");
    assertThat(served).hasValue(1);
    assertRefused(Refusal.BODY_MISMATCH, postOther("/a", SMALL, "jello".getBytes("US-ASCII")));
    assertRefused(Refusal.BODY_MISMATCH, postOther("/a", SMALL, "hello!".getBytes("US-ASCII")));
    assertRefused(Refusal.BODY_MISMATCH, postOther("/a", SMALL, new byte[0]));
    assertThat(served).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "/swallows", "/ignores-body"})
  void attack36LongBodyIsCheckedWhileItIsRead(String path) throws Exception {
    byte[] body = new byte[100_000];
    byte[] other = body.clone();
    other[99_999] = 1;
    assertThat(post(path, body).statusCode()).isEqualTo(200);
    assertRefused(Refusal.BODY_MISMATCH, postOther(path, body, other));
  }

  @Test
  void attack36BodyThatIsReadAsynchronouslyIsCheckedToo() throws Exception {
    byte[] body = new byte[100_000];
    byte[] other = body.clone();
    other[99_999] = 1;
    assertThat(post("/goes-on", body).body()).isEqualTo("read 100000");
    assertThat(postOther("/goes-on", body, other).statusCode())
        .as("its last read fails")
        .isEqualTo(400);
    assertThat(post("/goes-on", SMALL).body()).isEqualTo("read 5");
    assertRefused(
        Refusal.BODY_MISMATCH, postOther("/goes-on", SMALL, "jello".getBytes("US-ASCII")));
  }

  @Test
  void attack36BreaksOffWhereTheAnswerHasBegun() throws Exception {
    byte[] body = new byte[100_000];
    byte[] other = body.clone();
    other[99_999] = 1;
    assertThat(post("/answers-early", body).statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> postOther("/answers-early", body, other))
        .isInstanceOf(IOException.class);
  }

  @Test
  void attack36BodyWithoutDigest() throws Exception {
    HttpRequest signed = agent.sign(get("/a").build(), new byte[0]);
    HttpRequest.Builder smuggled = HttpRequest.newBuilder(signed, (n, v) -> true);
    assertRefused(
        Refusal.INSUFFICIENT_COVERAGE,
        plain.send(
            smuggled.method("GET", BodyPublishers.ofByteArray(SMALL)).build(),
            BodyHandlers.ofString()));
    HttpRequest again = agent.sign(get("/a").build(), new byte[0]);
    assertRefused(
        Refusal.INSUFFICIENT_COVERAGE,
        plain.send(
            HttpRequest.newBuilder(again, (n, v) -> true)
                .method("GET", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(SMALL)))
                .build(),
            BodyHandlers.ofString()));
    assertThat(served).hasValue(0);
  }

  @Test
  void takesChunkedBodies() throws Exception {
    byte[] body = new byte[5000];
    HttpRequest signed =
        agent.sign(get("/a").method("POST", BodyPublishers.noBody()).build(), body);
    HttpRequest chunked =
        HttpRequest.newBuilder(signed, (n, v) -> true)
            .method("POST", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
            .build();
    assertThat(plain.send(chunked, BodyHandlers.ofString()).body()).endsWith(" /a 5000 null");
  }

  @Test
  void attack36TrailersThatNobodySignedDoNotReachTheServlet() throws Exception {
    HttpRequest signed =
        agent.sign(get("/trailers").method("POST", BodyPublishers.noBody()).build(), SMALL);
    StringBuilder raw = new StringBuilder("POST /trailers HTTP/1.1\r\nHost: ");
    raw.append(signed.uri().getAuthority()).append("\r\n");
    signed
        .headers()
        .map()
        .forEach(
            (name, values) ->
                values.forEach(v -> raw.append(name).append(": ").append(v).append("\r\n")));
    raw.append("Transfer-Encoding: chunked\r\nTrailer: X-Role\r\nConnection: close\r\n\r\n");
    raw.append("5\r\nhello\r\n0\r\nX-Role: operator\r\n\r\n");
    try (Socket socket = new Socket("127.0.0.1", signed.uri().getPort())) {
      socket.getOutputStream().write(raw.toString().getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200").contains("trailers {}");
    }
  }

  @Test
  void attack44BodyOverTheLimit() throws Exception {
    assertRefused(Refusal.TOO_LARGE, post("/a", new byte[150_001]));
    assertThat(served).hasValue(0);
  }

  @Test
  void takesFormParametersFromTheCheckedBody() throws Exception {
    HttpRequest form =
        get("/pay")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method("POST", BodyPublishers.noBody())
            .build();
    byte[] body = "amount=5&to=b%C3%BCro".getBytes(StandardCharsets.US_ASCII);
    assertThat(agent.send(form, body, BodyHandlers.ofString()).body()).endsWith(" 21 5");
    byte[] longForm = ("amount=5&x=" + "y".repeat(2000)).getBytes(StandardCharsets.US_ASCII);
    assertRefused(Refusal.TOO_LARGE, agent.send(form, longForm, BodyHandlers.ofString()));
  }

  @Test
  void attack39ReplayOverTheWire() throws Exception {
    HttpRequest signed = agent.sign(get("/a").build(), new byte[0]);
    assertThat(plain.send(signed, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    assertRefused(Refusal.REPLAYED, plain.send(signed, BodyHandlers.ofString()));
    assertThat(served).hasValue(1);
  }

  @Test
  void attack40SaysItsTimeToClocksThatAreWrong() throws Exception {
    Clock wrong = Clock.offset(CLOCK, Limits.CLOCK_SKEW.plusSeconds(5));
    SigningHttpClient ahead = new SigningHttpClient(plain, agents.signer(), agents::token, wrong);
    HttpResponse<String> answer = ahead.send(get("/a").build(), BodyHandlers.ofString());
    assertRefused(Refusal.STALE, answer);
    JsonNode problem = StrictJson.tree(answer.body().getBytes(StandardCharsets.UTF_8), 10_000);
    assertThat(Instant.parse(problem.get("serverTime").asText())).isEqualTo(Agents.NOW);
  }

  @Test
  void attack35RefusesEverybodyWithoutTrust() throws Exception {
    trust = TrustState.none();
    assertRefused(Refusal.TRUST_STALE, agent.send(get("/a").build(), BodyHandlers.ofString()));
    assertThat(served).hasValue(0);
  }

  @Test
  void tellsCallerNothingButTheReason() throws Exception {
    HttpRequest signed = agent.sign(get("/a").build(), new byte[0]);
    HttpRequest moved = HttpRequest.newBuilder(signed, (n, v) -> true).uri(uri("/b")).build();
    HttpResponse<String> answer = plain.send(moved, BodyHandlers.ofString());
    JsonNode problem = StrictJson.tree(answer.body().getBytes(StandardCharsets.UTF_8), 10_000);
    assertThat(problem.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("type", "title", "status", "reason", "serverTime");
  }

  private HttpResponse<String> post(String path, byte[] body) throws Exception {
    return agent.send(
        get(path).method("POST", BodyPublishers.noBody()).build(), body, BodyHandlers.ofString());
  }

  /** Signs one body and sends another. */
  private HttpResponse<String> postOther(String path, byte[] signedBody, byte[] sent)
      throws Exception {
    HttpRequest signed =
        agent.sign(get(path).method("POST", BodyPublishers.noBody()).build(), signedBody);
    assertThat(signed.headers().firstValue("content-digest"))
        .hasValue(ContentDigest.sha256Of(signedBody));
    return plain.send(
        HttpRequest.newBuilder(signed, (n, v) -> true)
            .method("POST", BodyPublishers.ofByteArray(sent))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpRequest.Builder get(String target) {
    return HttpRequest.newBuilder(uri(target));
  }

  private URI uri(String target) {
    return URI.create(base + target);
  }

  private static void assertRefused(Refusal reason, HttpResponse<String> answer) throws Exception {
    JsonNode problem = StrictJson.tree(answer.body().getBytes(StandardCharsets.UTF_8), 10_000);
    assertThat(problem.get("reason").asText()).isEqualTo(reason.name());
    assertThat(answer.statusCode()).isEqualTo(reason.status());
  }
}
