// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.AgentSecrets.Opened;
import dev.signet.attestor.SecretName;
import dev.signet.attestor.SecretValue;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets that the proxy adds: what arrives at a service, and what comes back to the agent. */
class CredentialsIT {
  private static final String SECRET = "sk-live+0123/456=789";

  private final Map<SecretName, String> secrets = new HashMap<>();

  /** Of each look for a secret: whether it was on a thread that may wait. */
  private final List<Boolean> lookedUpElsewhere = new CopyOnWriteArrayList<>();

  private TestUpstream upstream;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    secrets.put(new SecretName("llm"), SECRET);
    String host = "127.0.0.1:" + upstream.port();
    String rules =
        """
        {"version":1,"credentials":[
          {"secret":"llm","host":"HOST","path":"/v1/*","methods":["GET","POST"],
           "header":"Authorization","template":"Bearer {}"},
          {"secret":"llm","host":"HOST","path":"/query","query":"key"},
          {"secret":"llm","host":"HOST","path":"/basic","basicUser":"bot"},
          {"secret":"llm","host":"HOST","path":"/unsigned","header":"x-api-key","signed":false},
          {"secret":"none","host":"HOST","path":"/missing","header":"x-api-key"},
          {"secret":"llm","host":"HOST","path":"/gzip-allowed","header":"x-api-key",
           "encodedAnswers":true},
          {"secret":"llm","host":"localhost:PORT","header":"x-api-key"}]}
        """
            .replace("HOST", host)
            .replace("PORT", Integer.toString(upstream.port()));
    SecretSource source =
        name -> {
          lookedUpElsewhere.add(Thread.currentThread().isVirtual());
          String value = secrets.get(name);
          return value == null
              ? new Opened.Missing()
              : new Opened.Value(SecretValue.of(value.getBytes(StandardCharsets.US_ASCII)));
        };
    fixture =
        new ProxyFixture(
            EgressLimits.standard(),
            Optional.empty(),
            (client, own) -> Optional.empty(),
            new Credentials(CredentialRules.parse(rules.getBytes(StandardCharsets.UTF_8)), source));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  private HttpResponse<String> get(String path, String... fields) throws Exception {
    return get(upstream.uri(path), fields);
  }

  private HttpResponse<String> get(URI uri, String... fields) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (fields.length > 0) {
      request.headers(fields);
    }
    try (HttpClient client = fixture.client()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private ReceivedRequest only() {
    assertThat(upstream.received()).hasSize(1);
    return upstream.received().getFirst();
  }

  @Test
  void addsTheSecretCoveredByTheSignatureInPlaceOfTheAgents() throws Exception {
    assertThat(get("/v1/chat?x=1", "authorization", "Bearer mine").statusCode()).isEqualTo(200);
    ReceivedRequest request = only();
    assertThat(request.fieldValues("authorization")).containsExactly("Bearer " + SECRET);
    assertThat(request.faults(fixture.key.verification())).isEmpty();
    assertThat(request.query()).contains("x=1");
  }

  /** Also with a key that signs on the event loop: a secret is a file, and its disk may be slow. */
  @Test
  void looksSecretsUpOffTheEventLoop() throws Exception {
    EgressIdentity.Current good = fixture.identity.get();
    fixture.identity.set(
        new EgressIdentity.Current(
            good.workloadIdentityToken(),
            good.keyThumbprint(),
            good.signer(),
            true,
            good.notAfter()));
    assertThat(get("/v1/chat").statusCode()).isEqualTo(200);
    assertThat(lookedUpElsewhere).containsExactly(true);
  }

  @Test
  void addsNothingWhereNoRuleFits() throws Exception {
    get("/v2/chat", "authorization", "Bearer mine");
    get("/v1/%2e%2e/v2");
    assertThat(upstream.received())
        .noneMatch(request -> request.fields().toString().contains(SECRET))
        .allMatch(request -> request.faults(fixture.key.verification()).isEmpty());
    assertThat(upstream.received().getFirst().fieldValues("authorization"))
        .containsExactly("Bearer mine");
  }

  @Test
  void addsAParameterInPlaceOfTheAgentsHoweverThatIsSpelled() throws Exception {
    get("/query?key=mine&a=1&%6bey=mine&b=2&key");
    ReceivedRequest request = only();
    assertThat(request.query()).contains("a=1&b=2&key=sk-live%2B0123%2F456%3D789");
    assertThat(request.faults(fixture.key.verification())).isEmpty();
  }

  @Test
  void addsBasicAuthentication() throws Exception {
    get("/basic");
    String credentials =
        Base64.getEncoder().encodeToString(("bot:" + SECRET).getBytes(StandardCharsets.US_ASCII));
    assertThat(only().fieldValues("authorization")).containsExactly("Basic " + credentials);
  }

  @Test
  void replacesFieldsThatServersReadAsTheSame() throws Exception {
    get("/unsigned", "X_Api_Key", "mine", "X-API-KEY", "mine");
    assertThat(only().fieldValues("x-api-key")).containsExactly(SECRET);
    assertThat(only().fieldValues("x_api_key")).isEmpty();
  }

  @Test
  void tellsAServiceNothingOfTheAgentWhereTheRuleSaysSo() throws Exception {
    get("/unsigned");
    ReceivedRequest request = only();
    assertThat(request.fieldValues("x-api-key")).containsExactly(SECRET);
    assertThat(request.fields().keySet())
        .doesNotContain(
            "signature", "signature-input", "workload-identity-token", "content-digest");
  }

  @Test
  void anAgentThatIsNotAttestedGetsNoSecretSentEvenUnsigned() throws Exception {
    fixture.identity.set(null);
    HttpResponse<String> answer = get("/unsigned");
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("NOT_ATTESTED");
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void sendsNothingWithoutASecretThatARuleAdds() throws Exception {
    HttpResponse<String> answer = get("/missing", "x-api-key", "mine");
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("SECRET_MISSING").contains("signet secret put none");
    assertThat(upstream.received()).isEmpty();
    assertThat(fixture.proxy.stats().problems(EgressReason.SECRET_MISSING)).isEqualTo(1);
  }

  @Test
  void usesANewValueFromTheNextRequestOnAndNoneAfterItsRemoval() throws Exception {
    get("/v1/a");
    secrets.put(new SecretName("llm"), "sk-rotated");
    get("/v1/a");
    secrets.remove(new SecretName("llm"));
    assertThat(get("/v1/a").statusCode()).isEqualTo(502);
    assertThat(upstream.received())
        .extracting(request -> request.fieldValues("authorization"))
        .containsExactly(List.of("Bearer " + SECRET), List.of("Bearer sk-rotated"));
  }

  @Test
  void sendsNoSecretInTheClearToAnotherMachine() throws Exception {
    // A name, which resolves to whatever its name server says.
    HttpResponse<String> answer = get(URI.create("http://localhost:" + upstream.port() + "/"));
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("SECRET_NEEDS_TLS").doesNotContain(SECRET);
    assertThat(upstream.received()).isEmpty();
    assertThat(fixture.proxy.stats().problems(EgressReason.SECRET_NEEDS_TLS)).isEqualTo(1);
  }

  /** As PHP writes strings into JSON, and as addresses are written. */
  @Test
  void hidesWhatAServiceSendsBackInOtherForms() throws Exception {
    upstream.on(
        "/v1/forms",
        exchange -> {
          String got =
              upstream.record(exchange).fieldValues("authorization").getFirst().substring(7);
          String escaped = got.replace("/", "\\/");
          String encoded = URLEncoder.encode(got, StandardCharsets.US_ASCII);
          byte[] body = (escaped + " " + encoded).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(401, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    assertThat(SECRET).contains("/", "+");
    assertThat(get("/v1/forms").body()).matches("\\*+ \\*+");
  }

  @Test
  void hidesWhatAServiceSendsBack() throws Exception {
    upstream.on(
        "/v1/echo",
        exchange -> {
          ReceivedRequest request = upstream.record(exchange);
          String got = request.fieldValues("authorization").getFirst();
          byte[] body = ("{\"you sent\":\"" + got + "\"}").getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("X-Echo", got);
          exchange.sendResponseHeaders(401, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            // In two pieces, each flushed.
            out.write(body, 0, 25);
            out.flush();
            out.write(body, 25, body.length - 25);
          }
        });
    HttpResponse<String> answer = get("/v1/echo", "accept-encoding", "gzip");
    assertThat(only().fieldValues("authorization")).containsExactly("Bearer " + SECRET);
    assertThat(only().fieldValues("accept-encoding")).containsExactly("identity");
    String hidden = "Bearer " + "*".repeat(SECRET.length());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("{\"you sent\":\"" + hidden + "\"}");
    assertThat(answer.headers().firstValue("x-echo")).contains(hidden);
  }

  @Test
  void passesNoCompressedAnswerInWhichTheSecretCouldNotBeSeen() throws Exception {
    for (String path : List.of("/v1/gzip", "/gzip-allowed")) {
      upstream.on(path, this::answerCompressed);
    }
    HttpResponse<String> refused = get("/v1/gzip");
    assertThat(refused.statusCode()).isEqualTo(502);
    assertThat(refused.body()).contains("ANSWER_ENCODED");
    assertThat(get("/gzip-allowed", "accept-encoding", "gzip").statusCode()).isEqualTo(200);
    assertThat(upstream.received().getLast().fieldValues("accept-encoding"))
        .containsExactly("gzip");
  }

  private void answerCompressed(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
    upstream.record(exchange);
    exchange.getResponseHeaders().set("Content-Encoding", "gzip");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
      out.write(exchange.getRequestHeaders().toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
