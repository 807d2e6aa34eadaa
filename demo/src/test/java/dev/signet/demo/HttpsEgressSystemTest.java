// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.demo.HttpsService.Received;
import dev.signet.demo.testagent.HttpsAgent;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An agent that calls somebody's service in TLS, isolated as far as this host allows, and what
 * becomes of it when its launcher or its verifier, a process each, ends.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HttpsEgressSystemTest {
  private static final AgentId AGENT = new AgentId("spiffe://site.example/agent/https");
  private static final Duration TOKEN_LIFE = Duration.ofSeconds(10);

  private static Site site;
  private static HttpsService service;
  private static List<String> words;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(TOKEN_LIFE);
    site.serve(Duration.ZERO);
    service = new HttpsService(Files.createDirectory(site.place("service")));
    Path jar = TestJars.of(HttpsAgent.class, site.place("https.jar"));
    Path statement = site.statement(AGENT, "https", jar, Site.FLOOR);
    site.register(AGENT, site.host());
    words =
        site.runArguments(
            jar, statement, "--json", "--upstream-ca", service.certificate().toString());
  }

  @AfterAll
  static void close() throws Exception {
    service.close();
    site.close();
  }

  @BeforeEach
  void forget() {
    service.received.clear();
  }

  private static SignetProcess run() throws Exception {
    return SignetProcess.signet(site.agentEnvironment(), words).ready();
  }

  private static void assertSigned(int atLeast) {
    assertThat(service.received)
        .hasSizeGreaterThanOrEqualTo(atLeast)
        .allSatisfy(
            r -> {
              assertThat(r.token()).contains(".");
              assertThat(r.signature()).startsWith("signet=:");
              assertThat(r.input()).contains("\"workload-identity-token\"", "tag=\"signet\"");
            })
        .extracting(Received::signature)
        .doesNotHaveDuplicates();
  }

  @Test
  @Order(1)
  void jdkClientAndCurlNeedNothingAndSeeEventsAsTheyAreSent() throws Exception {
    try (SignetProcess agent = run()) {
      assertThat(agent.ask("get " + service.url("/hello"))).isEqualTo("200 hello");
      assertThat(agent.ask("curl " + service.url("/hello"))).isEqualTo("hello");
      assertThat(agent.next()).isEqualTo(" 200");
      assertThat(agent.next()).isEqualTo("end");
      for (String client : List.of("events ", "curl-events ")) {
        assertThat(agent.ask(client + service.url("/events"))).isEqualTo("data: first");
        service.shown.release();
        assertThat(agent.next()).as(client).isEqualTo("data: shown true");
        assertThat(agent.next()).isEqualTo("end");
      }
    }
    assertThat(service.received).hasSize(4);
    assertSigned(4);
  }

  @Test
  @Order(2)
  void killedLauncherTakesItsAgentAlongAndNothingLeavesUnsigned() throws Exception {
    ProcessHandle agent;
    try (SignetProcess killed = run()) {
      agent = agentOf(killed);
      assertThat(killed.ask("busy " + service.url("/hold"))).isEqualTo("busy");
      Awaitility.await("requests are on their way")
          .atMost(SignetProcess.PATIENCE)
          .until(() -> service.held.get() >= 5);
      killed.process().destroyForcibly().waitFor();
      agent.onExit().get(SignetProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(String.join("\n", killed.told()))
          .doesNotContain(service.received.getFirst().token(), Site.API_KEY);
    }
    assertSigned(5);
    assertThat(service.received).allSatisfy(r -> assertThat(r.body()).isEqualTo(20_000));
  }

  /** As the host numbers it: the launcher's only child. */
  private static ProcessHandle agentOf(SignetProcess launcher) {
    List<ProcessHandle> children = launcher.process().toHandle().children().toList();
    assertThat(children).hasSize(1);
    return children.getFirst();
  }

  @Test
  @Order(3)
  void agentGoesOnWithoutItsVerifierUntilItsTokenEndsAndRecoversByItself() throws Exception {
    String url = service.url("/hello");
    try (SignetProcess agent = run()) {
      assertThat(agent.ask("get " + url)).isEqualTo("200 hello");
      site.stopVerifier();
      assertThat(agent.ask("get " + url)).as("the token has not ended").isEqualTo("200 hello");
      agent.awaitTold(
          line -> line.contains("\"renewal-failed\"") && line.contains("cannot be reached"),
          "the renewal failed");
      assertThat(agent.awaitAnswer("get " + url, "502 "))
          .contains("\"reason\":\"NOT_ATTESTED\"", "\"status\":502");
      int sent = service.received.size();
      assertThat(agent.ask("curl " + url))
          .startsWith("{")
          .contains("NOT_ATTESTED")
          .endsWith(" 502");
      assertThat(agent.next()).isEqualTo("end");
      assertThat(service.received).as("nothing was sent").hasSize(sent);
      site.serve(Duration.ZERO);
      agent.awaitAnswer("get " + url, "200 ");
    }
    assertSigned(3);
  }

  /** The last, since the verifier's clock, which goes ahead here, must not go back. */
  @Test
  @Order(4)
  void tokenKeyRotatesByACommandWithOverlapAcrossRestarts() throws Exception {
    try (SignetProcess agent = run()) {
      String before = signerOfNextToken(agent, "");
      JsonNode rotated = rotate(0);
      String next = rotated.path("kid").asText();
      assertThat(next).isNotEqualTo(before);
      assertThat(rotate(1).toString()).as("one at a time").contains("CONFLICT");
      assertThat(published()).contains(before, next);

      Duration ahead =
          Duration.between(Instant.now(), Instant.parse(rotated.path("signsFrom").asText()))
              .plusSeconds(2);
      site.serve(ahead);
      assertThat(published()).as("both, after a restart").contains(before, next);
      assertThat(signerOfNextToken(agent, before)).isEqualTo(next);

      site.serve(ahead.plus(Duration.ofHours(2)));
      assertThat(published()).contains(next).doesNotContain(before);
      assertThat(agent.awaitAnswer("get " + service.url("/hello"), "200 ")).isNotEmpty();
    }
  }

  /** A process, as an operator starts it. */
  private static JsonNode rotate(int code) throws Exception {
    try (SignetProcess command =
        SignetProcess.signet(
            site.operatorEnvironment(), List.of("verifier", "rotate-key", "token", "--json"))) {
      assertThat(command.end()).as("%s", command.told()).isEqualTo(code);
      return StrictJson.tree(command.rest().getFirst().getBytes(StandardCharsets.UTF_8), 1 << 16);
    }
  }

  /** The key that signed the token of a request, once it is another one than that. */
  private static String signerOfNextToken(SignetProcess agent, String other) {
    return Awaitility.await("a token by another key than " + other)
        .atMost(SignetProcess.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              assertThat(agent.ask("get " + service.url("/hello"))).isNotEmpty();
              return service.received.isEmpty() ? other : kid(service.received.getLast().token());
            },
            kid -> !kid.equals(other));
  }

  private static String kid(String token) throws Exception {
    byte[] header = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
    return StrictJson.tree(header, 1 << 12).path("kid").asText();
  }

  /** The token keys that services are told of. */
  private static List<String> published() throws Exception {
    List<String> kids = new ArrayList<>();
    for (JsonNode key : site.operator("GET", "/v1/keys", null).path("keys")) {
      kids.add(key.path("kid").asText());
    }
    return kids;
  }
}
