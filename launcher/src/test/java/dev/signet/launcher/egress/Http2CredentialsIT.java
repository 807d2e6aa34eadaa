// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.AgentSecrets.Opened;
import dev.signet.attestor.SecretValue;
import dev.signet.launcher.traffic.TestLog;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that the proxy adds where both sides speak HTTP/2. */
class Http2CredentialsIT {
  private static final String SECRET = "sk-live+0123/456=789";
  private static final String HIDDEN = "*".repeat(SECRET.length());

  @TempDir Path directory;
  private LaunchAuthority authority;
  private TestHttp2Upstream upstream;
  private TestLog log;
  private ProxyFixture fixture;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    LaunchAuthority ofUpstream = TestTls.authority();
    upstream = new TestHttp2Upstream(ofUpstream.leaf("localhost", Instant.now()));
    String rules =
        """
        {"version":1,"credentials":[
          {"secret":"llm","host":"HOST","path":"/v1/*","methods":["GET","POST"],
           "header":"Authorization","template":"Bearer {}"},
          {"secret":"llm","host":"HOST","path":"/query","query":"key"},
          {"secret":"llm","host":"HOST","path":"/unsigned","header":"x-api-key","signed":false},
          {"secret":"none","host":"HOST","path":"/missing","header":"x-api-key"}]}
        """
            .replace("HOST", "localhost:" + upstream.port());
    authority = TestTls.authority("localhost");
    log = new TestLog(directory.resolve("traffic"));
    fixture =
        ProxyFixture.intercepting(
            ProxyFixture.permissive(),
            EgressLimits.standard(),
            new Interception(authority, Clock.systemUTC(), Set.of()),
            TestTls.pem(ofUpstream, directory.resolve("upstream.pem")),
            List.of(),
            new Credentials(
                CredentialRules.parse(rules.getBytes(StandardCharsets.UTF_8)),
                name ->
                    name.toString().equals("llm")
                        ? new Opened.Value(
                            SecretValue.of(SECRET.getBytes(StandardCharsets.US_ASCII)))
                        : new Opened.Missing()),
            log.log);
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
            .sslContext(TestTls.client(authority))
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    fixture.close();
    upstream.close();
  }

  private HttpResponse<String> get(String path, String... fields) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + upstream.port() + path));
    if (fields.length > 0) {
      request.headers(fields);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    return answer;
  }

  private ReceivedRequest only() {
    assertThat(upstream.received).hasSize(1);
    return upstream.received.getFirst();
  }

  @Test
  void addsTheSecretCoveredByTheSignatureInPlaceOfTheAgents() throws Exception {
    assertThat(get("/v1/chat?x=1", "authorization", "Bearer mine").statusCode()).isEqualTo(200);
    assertThat(only().fieldValues("authorization")).containsExactly("Bearer " + SECRET);
    assertThat(only().faults(fixture.key.verification())).isEmpty();
    upstream.received.clear();
    get("/query?key=mine&a=1");
    assertThat(only().query()).contains("a=1&key=sk-live%2B0123%2F456%3D789");
    assertThat(only().faults(fixture.key.verification())).isEmpty();
  }

  @Test
  void addsNothingWhereNoRuleFits() throws Exception {
    get("/v2/chat", "authorization", "Bearer mine");
    assertThat(only().fieldValues("authorization")).containsExactly("Bearer mine");
    assertThat(only().fields().toString()).doesNotContain(SECRET);
  }

  @Test
  void tellsAServiceNothingOfTheAgentWhereTheRuleSaysSo() throws Exception {
    get("/unsigned");
    assertThat(only().fieldValues("x-api-key")).containsExactly(SECRET);
    assertThat(only().fields())
        .doesNotContainKeys(
            "signature", "signature-input", "workload-identity-token", "content-digest");
  }

  @Test
  void sendsNothingWithoutASecretThatARuleAdds() throws Exception {
    HttpResponse<String> answer = get("/missing", "x-api-key", "mine");
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("SECRET_MISSING");
    assertThat(upstream.received).isEmpty();
  }

  /** What a service echoes comes in frames that may end within the secret. */
  @Test
  void hidesWhatAServiceSendsBackAndNotesNoneOfIt() throws Exception {
    upstream.on(
        "/v1/echo",
        (stream, request) -> {
          String got = request.fieldValues("authorization").getFirst();
          TestHttp2Upstream.head(
              stream, new DefaultHttp2Headers().status("401").set("x-echo", got));
          TestHttp2Upstream.data(stream, "you sent " + got.substring(0, 15), false);
          TestHttp2Upstream.data(stream, got.substring(15), true);
        });
    HttpResponse<String> answer = get("/v1/echo");
    assertThat(only().fieldValues("authorization")).containsExactly("Bearer " + SECRET);
    assertThat(answer.body()).isEqualTo("you sent Bearer " + HIDDEN);
    assertThat(answer.headers().firstValue("x-echo")).contains("Bearer " + HIDDEN);
    get("/query?key=mine");
    Awaitility.await().until(() -> log.lines().size() == 2);
    assertThat(log.text()).doesNotContain(SECRET, "sk-live");
  }

  /** A gRPC service has its errors there. The JDK's client does not show trailers, OkHttp does. */
  @Test
  void hidesWhatAServiceSendsBackInTrailers() throws Exception {
    upstream.on(
        "/v1/call",
        (stream, request) -> {
          TestHttp2Upstream.head(stream, new DefaultHttp2Headers().status("200"));
          TestHttp2Upstream.data(stream, "x", false);
          TestHttp2Upstream.trailers(
              stream,
              new DefaultHttp2Headers()
                  .set("grpc-message", request.fieldValues("authorization").getFirst()));
        });
    OkHttpClient reader =
        new OkHttpClient.Builder()
            .proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", fixture.port())))
            .sslSocketFactory(
                TestTls.client(authority).getSocketFactory(), TestTls.trusting(authority))
            .build();
    Request call =
        new Request.Builder().url("https://localhost:" + upstream.port() + "/v1/call").build();
    try (Response answer = reader.newCall(call).execute()) {
      assertThat(answer.body().string()).isEqualTo("x");
      assertThat(answer.trailers().get("grpc-message")).isEqualTo("Bearer " + HIDDEN);
    } finally {
      reader.dispatcher().executorService().shutdown();
      reader.connectionPool().evictAll();
    }
    assertThat(only().fieldValues("authorization")).containsExactly("Bearer " + SECRET);
  }
}
