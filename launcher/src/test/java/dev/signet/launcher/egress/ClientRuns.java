// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.signet.launcher.process.AgentSurroundings;
import dev.signet.launcher.process.TestJar;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.launcher.traffic.ExchangeLog;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kotlin.Unit;
import okhttp3.OkHttpClient;
import okio.Buffer;

/**
 * An HTTPS service of each version of HTTP, behind a proxy, and programs in an agent's surroundings
 * that call them. The services answer {@code /json}, {@code /echo} and {@code /events}, of which
 * the second event comes only after the program has shown the first one.
 */
final class ClientRuns implements AutoCloseable {
  static final String ROUTE = "tool";
  private static final String JSON = "application/json";
  private static final String EVENTS = "text/event-stream";
  private static final int SECONDS = 60;
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "connection", "content-length", "transfer-encoding", "keep-alive", "date");

  private final HttpClient servers =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TestUpstream old;
  private final TestHttp2Upstream current;
  private final Map<String, CompletableFuture<Void>> shown = new ConcurrentHashMap<>();
  final ProxyFixture fixture;
  final AgentSurroundings surroundings;

  ClientRuns(Path directory) throws Exception {
    LaunchAuthority ofServices = TestTls.authority();
    LaunchAuthority.Leaf leaf = ofServices.leaf("localhost", Instant.now());
    old = TestUpstream.https(TestTls.server(leaf));
    old.on("/json", exchange -> old.answer(exchange, 200, JSON, "{\"hello\":\"world\"}"));
    old.on("/echo", this::echo);
    old.on("/events", this::events);
    current = new TestHttp2Upstream(leaf);
    current.on("/json", (stream, request) -> answer(stream, "{\"hello\":\"world\"}"));
    current.on("/echo", (stream, request) -> answer(stream, text(request)));
    current.on("/events", this::events);

    Instant now = Instant.now();
    LaunchAuthority authority = TestTls.authority("localhost");
    Path roots = TestTls.pem(ofServices, directory.resolve("services.pem"));
    Route route = new Route(ROUTE, URI.create(url("1.1")));
    fixture =
        new ProxyFixture(
            LoopbackPort.open(),
            (client, own) -> Optional.empty(),
            (spool, refusals) ->
                new ProxySettings(
                    spool,
                    List.of(route),
                    Optional.of(roots),
                    ProxyFixture.permissive(),
                    refusals,
                    EgressLimits.standard(),
                    List.of(),
                    Optional.of(new Interception(authority, Clock.systemUTC(), Set.of())),
                    Credentials.NONE,
                    ExchangeLog.NONE));
    surroundings =
        AgentSurroundings.of(
            directory,
            TestJar.of(directory.resolve("client.jar"), Map.of(), ClientAgent.class),
            List.of(jarOf(OkHttpClient.class), jarOf(Buffer.class), jarOf(Unit.class)),
            ClientAgent.class.getName(),
            List.of(),
            fixture.proxy.address(),
            TrustFiles.of(List.of(authority.certificate())));
  }

  private static Path jarOf(Class<?> type) throws Exception {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return Path.of(source.getLocation().toURI());
  }

  /** The service that speaks this version of HTTP. */
  String url(String version) {
    return "https://localhost:" + (version.equals("2") ? current.port() : old.port());
  }

  /** For each version, the version and where to call. */
  String[] runs(String... versions) {
    return Stream.of(versions).flatMap(v -> Stream.of(v, url(v))).toArray(String[]::new);
  }

  /** What a program says that had all its requests answered, over the versions that it was told. */
  static List<String> success(String... versions) {
    return Stream.of(versions)
        .flatMap(
            version ->
                Stream.of(
                        "GET 200 {\"hello\":\"world\"}",
                        "POST 200 {\"n\":1}",
                        "EVENT one",
                        "EVENT shown in time")
                    .map(line -> version + " " + line))
        .toList();
  }

  /** Runs a program to its end, and gives what it said; its errors come last. */
  List<String> said(ProcessBuilder program) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("client", ".err");
    Process process = program.redirectError(errors.toFile()).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        if (line.endsWith(" EVENT one")) {
          shown(line.substring(0, line.indexOf(' '))).complete(null);
        }
      }
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        lines.add("failed: " + Files.readString(errors));
      }
      return lines;
    } finally {
      process.destroyForcibly();
      Files.delete(errors);
    }
  }

  /**
   * Puts another server behind the service of HTTP/1.1, which keeps what it passes on, as a gateway
   * does that ends TLS and checks signatures.
   */
  void relay(String path, URI server) {
    old.on(path, exchange -> relay(exchange, server));
  }

  private void relay(HttpExchange exchange, URI server) throws IOException {
    ReceivedRequest request = old.record(exchange);
    HttpRequest.Builder passed =
        HttpRequest.newBuilder(server)
            .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
    request
        .fields()
        .forEach(
            (name, values) -> {
              if (!OF_THE_CONNECTION.contains(name)) {
                values.forEach(value -> passed.header(name, value));
              }
            });
    try {
      HttpResponse<InputStream> answer = servers.send(passed.build(), BodyHandlers.ofInputStream());
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!OF_THE_CONNECTION.contains(name)) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      exchange.sendResponseHeaders(answer.statusCode(), 0);
      try (InputStream in = answer.body();
          OutputStream out = exchange.getResponseBody()) {
        byte[] piece = new byte[8192];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
          out.write(piece, 0, n);
          out.flush();
        }
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("stopped");
    }
  }

  /** Since {@link #forget}, over either version. */
  List<ReceivedRequest> received() {
    return Stream.concat(old.received().stream(), current.received.stream()).toList();
  }

  void forget() {
    old.received().clear();
    current.received.clear();
    shown.clear();
  }

  /** Every request of these runs arrived, and each is signed. */
  void requireSigned(int expected) {
    assertThat(received())
        .hasSize(expected)
        .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .extracting(ReceivedRequest::nonce)
        .doesNotHaveDuplicates();
  }

  private CompletableFuture<Void> shown(String run) {
    return shown.computeIfAbsent(run, name -> new CompletableFuture<>());
  }

  private static String run(ReceivedRequest request) {
    return request.query().orElseThrow().substring("run=".length());
  }

  private static String text(ReceivedRequest request) {
    return new String(request.body(), StandardCharsets.UTF_8);
  }

  private void echo(HttpExchange exchange) throws IOException {
    byte[] body = old.record(exchange).body();
    exchange.getResponseHeaders().set("Content-Type", JSON);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private void events(HttpExchange exchange) throws IOException {
    ReceivedRequest request = old.record(exchange);
    exchange.getResponseHeaders().set("Content-Type", EVENTS);
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write("data: one\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      out.write(second(run(request)).join().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void events(ChannelHandlerContext stream, ReceivedRequest request) {
    TestHttp2Upstream.head(
        stream, new DefaultHttp2Headers().status("200").set("content-type", EVENTS));
    TestHttp2Upstream.data(stream, "data: one\n\n", false);
    second(run(request))
        .thenAccept(
            text -> stream.executor().execute(() -> TestHttp2Upstream.data(stream, text, true)));
  }

  private CompletableFuture<String> second(String run) {
    return shown(run)
        .thenApply(nothing -> "data: shown in time\n\n")
        .completeOnTimeout("data: not shown\n\n", 10, TimeUnit.SECONDS);
  }

  private static void answer(ChannelHandlerContext stream, String json) {
    TestHttp2Upstream.head(
        stream, new DefaultHttp2Headers().status("200").set("content-type", JSON));
    TestHttp2Upstream.data(stream, json, true);
  }

  @Override
  public void close() throws IOException {
    surroundings.close();
    fixture.close();
    old.close();
    current.close();
    servers.shutdownNow();
  }
}
