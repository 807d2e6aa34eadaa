// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.requestsignatures.RawSigner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningProxyIT {
  private TestUpstream upstream;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    fixture = new ProxyFixture(EgressLimits.standard(), new Route("tools", upstream.uri("/base/")));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @Test
  void signsAbsoluteRequests() throws Exception {
    HttpResponse<String> response = get(upstream.uri("/weather?city=Bern&x=%2F"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("hello");
    ReceivedRequest request = onlyRequest();
    assertThat(request.faults(fixture.key.verification())).isEmpty();
    assertThat(request.path()).isEqualTo("/weather");
    assertThat(request.query()).contains("city=Bern&x=%2F");
    assertThat(request.authority()).isEqualTo("127.0.0.1:" + upstream.port());
  }

  @Test
  void signsBodiesByTheirDigest() throws Exception {
    try (HttpClient client = fixture.client()) {
      client.send(
          HttpRequest.newBuilder(upstream.uri("/orders"))
              .header("Content-Type", "application/json")
              .header("Authorization", "Bearer api-key")
              .POST(HttpRequest.BodyPublishers.ofString("{\"n\":1}"))
              .build(),
          BodyHandlers.ofString());
    }
    ReceivedRequest request = onlyRequest();
    assertThat(request.faults(fixture.key.verification())).isEmpty();
    assertThat(request.body()).asString().isEqualTo("{\"n\":1}");
    assertThat(request.fieldValues("authorization")).containsExactly("Bearer api-key");
  }

  @Test
  void coversWhatMcpClientsSayOfTheirSession() throws Exception {
    try (RawClient client = fixture.raw()) {
      client
          .send(
              "GET %s HTTP/1.1\r\nHost: x\r\nMcp-Session-Id: s1\r\nMCP-Protocol-Version: 2025-06-18\r\n\r\n"
                  .formatted(upstream.uri("/mcp")))
          .answer();
      assertThat(onlyRequest().fieldValues("signature-input").getFirst())
          .contains("\"mcp-session-id\"", "\"mcp-protocol-version\"");
      assertThat(onlyRequest().faults(fixture.key.verification())).isEmpty();
      assertThat(
              client
                  .send(
                      "GET %s HTTP/1.1\r\nHost: x\r\nMcp-Protocol-Version: 1\r\nMCP_Protocol-Version: 2\r\n\r\n"
                          .formatted(upstream.uri("/mcp")))
                  .answer())
          .startsWith("HTTP/1.1 400 ");
    }
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void sendsRoutesToTheirUpstream() throws Exception {
    try (RawClient client = fixture.raw()) {
      String answer = client.send("GET /tools/a/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n").answer();
      assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("hello");
    }
    ReceivedRequest request = onlyRequest();
    assertThat(request.faults(fixture.key.verification())).isEmpty();
    assertThat(request.path()).isEqualTo("/base/a/b");
    assertThat(request.authority()).isEqualTo("127.0.0.1:" + upstream.port());
  }

  @Test
  void servesItsRoutesAlsoToClientsThatProxyEverything() throws Exception {
    assertThat(get(URI.create(fixture.proxy.routeAddress("tools") + "/a")).statusCode())
        .isEqualTo(200);
    assertThat(onlyRequest().path()).isEqualTo("/base/a");
  }

  @Test
  void signsEachRequestOfOneConnectionWithItsOwnNonce() throws Exception {
    String get = "GET " + upstream.uri("/k") + " HTTP/1.1\r\nHost: x\r\n\r\n";
    try (RawClient client = fixture.raw()) {
      assertThat(client.send(get).answer()).startsWith("HTTP/1.1 200 ");
      assertThat(client.send(get).answer()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(upstream.received())
        .hasSize(2)
        .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
        .extracting(ReceivedRequest::nonce)
        .doesNotHaveDuplicates();
  }

  @Test
  void answersPipelinedRequestsInOrder() throws Exception {
    upstream.on("/one", e -> upstream.answer(e, 200, "text/plain", "1"));
    upstream.on("/two", e -> upstream.answer(e, 200, "text/plain", "2"));
    try (RawClient client = fixture.raw()) {
      client.send(
          "GET %s HTTP/1.1\r\nHost: x\r\n\r\nGET %s HTTP/1.1\r\nHost: x\r\n\r\n"
              .formatted(upstream.uri("/one"), upstream.uri("/two")));
      assertThat(client.answer()).endsWith("\r\n\r\n1");
      assertThat(client.answer()).endsWith("\r\n\r\n2");
    }
  }

  @Test
  void dropsWhatTheAgentClaimsAboutItself() throws Exception {
    try (RawClient client = fixture.raw()) {
      client
          .send(
              "GET "
                  + upstream.uri("/")
                  + " HTTP/1.1\r\nHost: victim.example\r\nSignature: sig1=:AA==:\r\n"
                  + "Signature-Input: sig1=()\r\nWorkload-Identity-Token: stolen\r\n"
                  + "Workload_Identity_Token: stolen\r\nAccept-Signature: x=()\r\n"
                  + "Content-Digest: sha-256=:AA==:\r\nProxy-Authorization: Basic x\r\n"
                  + "Connection: keep-alive, x-private\r\nX-Private: 1\r\nX-Kept: 2\r\n"
                  + "Upgrade: websocket\r\nTE: trailers\r\n\r\n")
          .answer();
    }
    ReceivedRequest request = onlyRequest();
    assertThat(request.faults(fixture.key.verification())).isEmpty();
    assertThat(request.fields())
        .containsKey("x-kept")
        .doesNotContainKeys(
            "workload_identity_token",
            "accept-signature",
            "content-digest",
            "proxy-authorization",
            "x-private",
            "upgrade",
            "te");
    assertThat(request.authority()).isEqualTo("127.0.0.1:" + upstream.port());
  }

  @Test
  void sendsNothingWithoutAnIdentity() throws Exception {
    fixture.identity.set(null);
    HttpResponse<String> response = get(upstream.uri("/"));

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(response.body()).contains("\"reason\":\"NOT_ATTESTED\"").contains("pending");
    assertThat(upstream.received()).isEmpty();
    assertThat(fixture.proxy.stats().problems(EgressReason.NOT_ATTESTED)).isEqualTo(1);
  }

  @Test
  void attack42SendsNothingOnceTheIdentityEnded() throws Exception {
    fixture.identity.set(fixture.key.identity(Instant.now().minusSeconds(1)));

    assertThat(get(upstream.uri("/")).body()).contains("NOT_ATTESTED").contains("ended at");
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sendsNothingWhenTheKeyFails(boolean atOnce) throws Exception {
    List<RawSigner> failing =
        List.of(
            base -> {
              throw new IOException("TPM secret detail");
            },
            base -> {
              throw new IllegalStateException("TPM secret detail");
            });
    EgressIdentity.Current good = fixture.identity.get();
    for (RawSigner signer : failing) {
      fixture.identity.set(
          new EgressIdentity.Current(
              good.workloadIdentityToken(), good.keyThumbprint(), signer, atOnce, good.notAfter()));
      try (RawClient client = fixture.raw()) {
        String request = "GET " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
        String answers = client.send(request + request).answer() + client.answer();
        assertThat(answers.split("HTTP/1.1 502 ", -1)).hasSize(3);
        assertThat(answers).contains("SIGNING_FAILED").doesNotContain("TPM secret detail");
        assertThat(upstream.received()).isEmpty();
        fixture.identity.set(good);
        assertThat(client.send(request).answer()).startsWith("HTTP/1.1 200 ");
        upstream.received().clear();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyAKeyThatMayBlockIsTakenOffTheEventLoop(boolean atOnce) throws Exception {
    EgressIdentity.Current good = fixture.identity.get();
    List<Boolean> off = new CopyOnWriteArrayList<>();
    fixture.identity.set(
        new EgressIdentity.Current(
            good.workloadIdentityToken(),
            good.keyThumbprint(),
            base -> {
              off.add(Thread.currentThread().isVirtual());
              return good.signer().sign(base);
            },
            atOnce,
            good.notAfter()));

    assertThat(get(upstream.uri("/")).statusCode()).isEqualTo(200);
    assertThat(off).containsExactly(!atOnce);
  }

  @Test
  void refusesTunnelsWithoutAnAuthority() throws Exception {
    try (RawClient client = fixture.raw()) {
      String answer =
          client.send("CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n").answer();
      assertThat(answer)
          .startsWith("HTTP/1.1 501 ")
          .contains("CONNECT_UNSUPPORTED")
          .contains("a route of it");
    }
  }

  @Test
  void answersHeadWithoutBodyAndGoesOn() throws Exception {
    try (RawClient client = fixture.raw()) {
      String request = " " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
      assertThat(client.send("HEAD" + request).head()).startsWith("HTTP/1.1 200 ");
      assertThat(client.send("GET" + request).answer()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void tellsTheAgentToContinueBeforeItSendsABody() throws Exception {
    try (RawClient client = fixture.raw()) {
      client.send(
          "POST "
              + upstream.uri("/")
              + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 100 ");
      assertThat(client.send("abc").answer()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(onlyRequest().body()).asString().isEqualTo("abc");
    assertThat(onlyRequest().fields()).doesNotContainKey("expect");
  }

  @Test
  void closesAfterAnswersToOldAgents() throws Exception {
    try (RawClient client = fixture.raw()) {
      client.send("GET " + upstream.uri("/") + " HTTP/1.0\r\n\r\n");
      assertThat(client.rest()).startsWith("HTTP/1.1 200 ").endsWith("hello");
    }
  }

  @Test
  void letsRunningExchangesEndWhenItCloses() throws Exception {
    upstream.on(
        "/slow",
        exchange -> {
          Thread closer = Thread.ofVirtual().start(fixture.proxy::close);
          assertThat(closer.isAlive()).isTrue();
          upstream.answer(exchange, 200, "text/plain", "ended");
        });
    assertThat(get(upstream.uri("/slow")).body()).isEqualTo("ended");
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = fixture.client()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private ReceivedRequest onlyRequest() {
    assertThat(upstream.received()).hasSize(1);
    return upstream.received().getFirst();
  }
}
