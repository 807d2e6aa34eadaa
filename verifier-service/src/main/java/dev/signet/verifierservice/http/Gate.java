// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.config.ServiceLimits;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every request comes through here: route, credential, rate, size, then the handler. Whatever goes
 * wrong, the answer is a problem document without a stack trace.
 */
final class Gate implements Handler {
  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
  private static final int DRAINED_BYTES = 2 * Limits.IMA_POLICY_BYTES;
  private static final String BEARER = "Bearer ";
  static final String PROXY_CREDENTIAL = "signet-proxy-credential";

  private final List<Route> routes;
  private final Callers callers;
  private final RateLimiter perAddress;
  private final WatchedConnections connections;
  private final BodyBudget bodies;
  private final CallObserver observer;
  private final InstantSource clock;
  private final boolean operationsListener;

  /**
   * @param operationsListener whether operations routes are open to every address here
   */
  Gate(
      boolean operationsListener,
      List<Route> routes,
      Callers callers,
      ServiceLimits limits,
      WatchedConnections connections,
      CallObserver observer,
      InstantSource clock) {
    this.operationsListener = operationsListener;
    this.routes = List.copyOf(routes);
    this.callers = callers;
    this.perAddress = new RateLimiter(limits.perAddress());
    this.connections = connections;
    this.bodies =
        BodyBudget.ofHeap(
            Runtime.getRuntime().maxMemory(),
            Math.max(Limits.EVIDENCE_BYTES, Limits.IMA_POLICY_BYTES));
    this.observer = observer;
    this.clock = clock;
  }

  /** A refusal of the gate itself. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final Refusal reason;

    Refused(Refusal reason, String detail) {
      super(detail, null, false, false);
      this.reason = reason;
    }
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    long begin = System.nanoTime();
    String method = request.prologue().method().text();
    String path = request.prologue().uriPath().rawPath();
    Route route = null;
    Answer answer;
    boolean bodyRead = false;
    try (BodyBudget.Share share = bodies.open(address(request))) {
      Map<String, String> variables = null;
      TreeSet<String> allowed = new TreeSet<>();
      for (Route candidate : routes) {
        Optional<Map<String, String>> match = candidate.match(path);
        if (match.isPresent()) {
          allowed.add(candidate.method());
          if (candidate.takes(method)) {
            route = candidate;
            variables = match.get();
            break;
          }
        }
      }
      Caller caller = admit(request, route);
      if (route == null) {
        if (allowed.isEmpty()) {
          throw new Refused(Refusal.NOT_FOUND, null);
        }
        response.header(HeaderNames.ALLOW, String.join(", ", allowed));
        throw new Refused(Refusal.METHOD_NOT_ALLOWED, null);
      }
      byte[] body = body(request, route, share);
      bodyRead = true;
      connections.received(request);
      answer =
          route
              .handler()
              .answer(
                  new Call(
                      method,
                      variables,
                      request.prologue().query().isEmpty()
                          ? null
                          : request.prologue().query().rawValue(),
                      fields(request),
                      body,
                      caller,
                      address(request)));
    } catch (Refused e) {
      answer = problem(ProblemDetails.of(e.reason, e.getMessage(), null, clock.instant()));
    } catch (MalformedMessageException e) {
      answer =
          problem(
              ProblemDetails.of(Refusal.MALFORMED_MESSAGE, e.getMessage(), null, clock.instant()));
    } catch (IOException e) {
      LOG.error("cannot answer {} {}", method, path, e);
      answer = problem(ProblemDetails.unavailable("try again later", clock.instant()));
    } catch (CloseConnectionException e) {
      throw e;
    } catch (UncheckedIOException e) {
      // Such as a token with our keys that does not answer.
      LOG.error("cannot answer {} {}", method, path, e);
      answer = problem(ProblemDetails.unavailable("try again later", clock.instant()));
    } catch (RuntimeException | Error e) {
      // An error too: it ends one call, and whoever reads the log must find it.
      String incident = UUID.randomUUID().toString();
      LOG.error("incident {} at {} {}", incident, method, path, e);
      answer = problem(Problems.internal(incident, clock.instant()));
    }
    if (!bodyRead) {
      // What follows on this connection may be the body that was refused.
      response.header(HeaderNames.CONNECTION, "close");
    }
    observer.answered(
        route == null ? "none" : route.template(), answer.reason(), System.nanoTime() - begin);
    send(answer, response);
    if (!bodyRead && request.content().hasEntity()) {
      throw new CloseConnectionException("the rest of a refused request is not read");
    }
  }

  private Caller admit(ServerRequest request, Route route) throws Refused {
    Access access = route == null ? new Access.Open() : route.access();
    Optional<Caller> caller =
        switch (access) {
          case Access.Open o -> Optional.empty();
          case Access.Operations o -> {
            if (!operationsListener && !remote(request).getAddress().isLoopbackAddress()) {
              throw new Refused(Refusal.NOT_FOUND, null);
            }
            if (!operationsListener && !perAddress.take(address(request), System.nanoTime())) {
              throw new Refused(Refusal.RATE_LIMITED, null);
            }
            yield Optional.of(new Caller.Anybody());
          }
          case Access.Operators o -> callers.operator(bearer(request), certificate(request));
          case Access.Services s ->
              callers.service(
                  s.proxies(),
                  s.proxies() ? only(request, PROXY_CREDENTIAL) : bearer(request),
                  certificate(request));
        };
    if (caller.isEmpty()) {
      if (!perAddress.take(address(request), System.nanoTime())) {
        throw new Refused(Refusal.RATE_LIMITED, null);
      }
      if (!(access instanceof Access.Open)) {
        throw new Refused(Refusal.UNAUTHENTICATED, null);
      }
      return new Caller.Anybody();
    }
    if (access instanceof Access.Operators needed
        && caller.get() instanceof Caller.Operator operator
        && !operator.roles().contains(needed.role())) {
      throw new Refused(Refusal.NOT_PERMITTED, "this needs the role " + needed.role().wireName());
    }
    return caller.get();
  }

  private static byte[] body(ServerRequest request, Route route, BodyBudget.Share share)
      throws Refused, IOException {
    boolean present = request.content().hasEntity();
    if (!present) {
      return new byte[0];
    }
    if (route.maxBody() == 0) {
      throw new Refused(Refusal.TOO_LARGE, "expected no body");
    }
    if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
      throw new Refused(Refusal.MALFORMED_MESSAGE, "expected no content-encoding");
    }
    String type = only(request, "content-type");
    if (type == null
        || !type.toLowerCase(Locale.ROOT)
            .matches(" *application/json *(; *charset=\"?utf-8\"? *)?")) {
      throw new Refused(Refusal.MALFORMED_MESSAGE, "expected content-type application/json");
    }
    try (InputStream in = request.content().inputStream()) {
      if (request.headers().contentLength().orElse(0) <= route.maxBody()) {
        byte[] body = read(in, route, share);
        if (body.length <= route.maxBody()) {
          return body;
        }
      }
      // A peer that is still sending would lose the answer with the connection.
      in.skip(DRAINED_BYTES);
      throw new Refused(
          Refusal.TOO_LARGE, "expected a body of at most " + route.maxBody() + " bytes");
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the body did not arrive", e);
    } catch (IllegalArgumentException | IllegalStateException e) {
      // How the server's reader says that chunks or lengths are not what HTTP says.
      throw new Refused(Refusal.MALFORMED_MESSAGE, "expected a body as HTTP/1.1 frames it");
    }
  }

  /** Up to one byte more than the route takes. */
  private static byte[] read(InputStream in, Route route, BodyBudget.Share share)
      throws Refused, IOException {
    // Whoever has a credential is not kept out by those who have none.
    if (route.maxBody() <= Limits.SMALL_MESSAGE_BYTES || !(route.access() instanceof Access.Open)) {
      return in.readNBytes(route.maxBody() + 1);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (out.size() <= route.maxBody()) {
      int next = Math.min(Limits.SMALL_MESSAGE_BYTES, route.maxBody() + 1 - out.size());
      byte[] block = in.readNBytes(next);
      if (block.length > 0 && !share.grow(block.length)) {
        // As below: an honest peer gets to read the answer.
        in.skip(DRAINED_BYTES);
        throw new Refused(Refusal.RATE_LIMITED, "too many large messages at once");
      }
      out.write(block, 0, block.length);
      if (block.length < next) {
        break;
      }
    }
    return out.toByteArray();
  }

  private static String bearer(ServerRequest request) throws Refused {
    String value = only(request, "authorization");
    return value != null && value.startsWith(BEARER) ? value.substring(BEARER.length()) : null;
  }

  private static String only(ServerRequest request, String name) throws Refused {
    List<String> values = request.headers().values(HeaderNames.create(name));
    if (values.size() > 1) {
      throw new Refused(Refusal.MALFORMED_MESSAGE, "expected the field " + name + " once");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private static Digest certificate(ServerRequest request) {
    return request
        .remotePeer()
        .tlsCertificates()
        .map(
            chain -> {
              try {
                return ServerTls.digest((X509Certificate) chain[0]);
              } catch (CertificateException e) {
                return null;
              }
            })
        .orElse(null);
  }

  private static List<List<String>> fields(ServerRequest request) {
    List<List<String>> out = new ArrayList<>();
    for (Header header : request.headers()) {
      String name = header.headerName().lowerCase();
      // The server adds this one itself, from the client certificate.
      if (!name.equals("x-helidon-cn")) {
        for (String value : header.allValues()) {
          out.add(List.of(name, value));
        }
      }
    }
    return out;
  }

  private static InetSocketAddress remote(ServerRequest request) {
    return (InetSocketAddress) request.remotePeer().address();
  }

  private static String address(ServerRequest request) {
    return Peers.name(remote(request).getAddress());
  }

  private static Answer problem(ProblemDetails problem) {
    return new Answer.Problem(problem);
  }

  private static void send(Answer answer, ServerResponse response) {
    response.header(
        HeaderNames.CACHE_CONTROL,
        answer instanceof Answer.Cacheable kept
            ? "public, max-age=" + kept.maxAge().toSeconds()
            : "no-store");
    switch (answer) {
      case Answer.Json(int status, Object body) ->
          send(response, status, "application/json", StrictJson.encode(body));
      case Answer.Document(String type, byte[] body) -> send(response, 200, type, body);
      case Answer.Cacheable(String type, byte[] body, Duration maxAge) ->
          send(response, 200, type, body);
      case Answer.Empty(Map<String, String> fields) -> {
        fields.forEach((name, value) -> response.header(HeaderNames.create(name), value));
        response.status(Status.NO_CONTENT_204);
        response.send();
      }
      case Answer.Problem(ProblemDetails problem) ->
          send(response, problem.status(), ProblemDetails.MEDIA_TYPE, StrictJson.encode(problem));
      case Answer.Events(Answer.Source source) -> {
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        try (OutputStream out = response.outputStream()) {
          source.writeTo(out);
        } catch (IOException | UncheckedIOException e) {
          throw new CloseConnectionException("the reader of the stream went away", e);
        }
      }
    }
  }

  private static void send(ServerResponse response, int status, String type, byte[] body) {
    response.status(Status.create(status));
    response.header(HeaderNames.CONTENT_TYPE, type);
    response.send(body);
  }
}
