// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.launcher.egress.permission.AddressRange;
import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.NameResolver;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.protocol.EgressPermission;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the proxy lets out, seen at real servers on loopback. */
class PermissionIT {
  private TestUpstream upstream;

  /** Listens at the upstream's port of another address; nobody may come here. */
  private ServerSocket internal;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    internal = new ServerSocket();
    internal.bind(new InetSocketAddress("127.0.0.2", upstream.port()));
  }

  @AfterEach
  void stop() throws Exception {
    internal.close();
    upstream.close();
  }

  private String own(String path) {
    return "127.0.0.1:" + upstream.port() + path;
  }

  private static EgressPolicy policy(
      NameResolver resolver, List<String> addresses, String... rules) {
    return new EgressPolicy(
        Stream.of(rules).map(EgressPermission::parse).toList(),
        new OperatorRules(Optional.empty(), addresses.stream().map(AddressRange::parse).toList()),
        resolver);
  }

  private static ProxyFixture permitting(String... rules) throws Exception {
    return new ProxyFixture(policy(NameResolver.SYSTEM, List.of(), rules));
  }

  private static HttpResponse<String> get(ProxyFixture fixture, URI uri) throws Exception {
    try (HttpClient client = fixture.client()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private static void assertRefused(HttpResponse<String> response, EgressReason reason) {
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body()).contains("\"reason\":\"" + reason + "\"");
  }

  @Test
  void letsOutWhatIsPermittedAndNothingElse() throws Exception {
    try (ProxyFixture fixture = permitting("GET " + own("/v1/*"))) {
      assertThat(get(fixture, upstream.uri("/v1/a?b=c")).statusCode()).isEqualTo(200);
      assertRefused(get(fixture, upstream.uri("/v2/a")), EgressReason.NOT_PERMITTED);
      assertRefused(get(fixture, upstream.uri("/v1/%2e%2e/v2")), EgressReason.NOT_PERMITTED);
      assertRefused(get(fixture, URI.create("http://other.example/")), EgressReason.NOT_PERMITTED);
      try (RawClient raw = fixture.raw()) {
        String answer =
            raw.send(
                    "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"
                        .formatted(upstream.uri("/v1/a")))
                .answer();
        assertThat(answer)
            .as("before the body is taken")
            .startsWith("HTTP/1.1 403 ")
            .contains("\"type\":\"urn:signet:egress:NOT_PERMITTED\"")
            .contains("POST http://" + own("/v1/a") + " is not permitted")
            .contains("--egress \\\"POST " + own("/v1/a") + "\\\"");
      }
      assertThat(upstream.received()).extracting(ReceivedRequest::path).containsExactly("/v1/a");
      assertThat(fixture.proxy.stats().problems(EgressReason.NOT_PERMITTED)).isEqualTo(4);
      assertThat(fixture.proxy.stats().refused()).isEqualTo(4);
      Awaitility.await().until(() -> fixture.refusals.size() == 4);
      assertThat(fixture.refusals)
          .anySatisfy(line -> assertThat(line).startsWith("NOT_PERMITTED: POST http://"));
    }
  }

  @Test
  void refusalDoesNotEndTheConnection() throws Exception {
    try (ProxyFixture fixture = permitting("GET " + own("/v1"));
        RawClient raw = fixture.raw()) {
      String form = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n";
      assertThat(raw.send(form.formatted(upstream.uri("/v2"))).answer()).contains("NOT_PERMITTED");
      assertThat(raw.send(form.formatted(upstream.uri("/v1"))).answer()).endsWith("hello");
    }
  }

  @Test
  void routesAreUnderThePermissionsToo() throws Exception {
    try (ProxyFixture fixture =
        new ProxyFixture(
            policy(NameResolver.SYSTEM, List.of(), "GET " + own("/base/a/*")),
            new Route("tools", upstream.uri("/base/")))) {
      URI tools = fixture.proxy.routeAddress("tools");
      assertThat(get(fixture, URI.create(tools + "/a/x")).statusCode()).isEqualTo(200);
      assertRefused(get(fixture, URI.create(tools + "/b")), EgressReason.NOT_PERMITTED);
      assertThat(upstream.received()).hasSize(1);
    }
  }

  @Test
  void everyHostIsNoSpecialAddress() throws Exception {
    try (ProxyFixture fixture = permitting("* *:*")) {
      assertRefused(get(fixture, upstream.uri("/")), EgressReason.ADDRESS_NOT_PERMITTED);
      for (String host : List.of("localhost", "[::1]", "169.254.169.254", "[fd00:ec2::254]")) {
        URI uri = URI.create("http://" + host + ":" + upstream.port() + "/");
        assertRefused(get(fixture, uri), EgressReason.ADDRESS_NOT_PERMITTED);
      }
      try (RawClient raw = fixture.raw()) {
        for (String host :
            List.of("0x7f000001", "2130706433", "017700000001", "127.1", "[::ffff:127.0.0.1]")) {
          String request = "GET http://%s:%d/ HTTP/1.1\r\nHost: x\r\n\r\n";
          assertThat(raw.send(request.formatted(host, upstream.port())).answer())
              .as(host)
              .contains("\"NOT_PERMITTED\"");
        }
      }
      assertThat(upstream.received()).isEmpty();
      Awaitility.await().until(() -> !fixture.refusals.isEmpty());
      assertThat(fixture.refusals.getFirst())
          .startsWith("ADDRESS_NOT_PERMITTED: 127.0.0.1 is at 127.0.0.1. ")
          .contains("loopback (RFC 1122)");
    }
  }

  /** A name server whose answer changes: first the address that is allowed, then another. */
  private NameResolver rebinding(String... answers) {
    Queue<String> left = new ArrayDeque<>(List.of(answers));
    return name -> {
      assertThat(name).isEqualTo("rebind.example");
      return Stream.of(left.remove().split(",")).map(InetAddress::ofLiteral).toList();
    };
  }

  private URI rebound(String path) {
    return URI.create("http://rebind.example:" + upstream.port() + path);
  }

  @Test
  void rebindingDoesNotGetRoundTheAddresses() throws Exception {
    try (ProxyFixture fixture =
        new ProxyFixture(
            policy(
                rebinding("127.0.0.1", "127.0.0.2", "127.0.0.1,127.0.0.2", "127.0.0.1,::1"),
                List.of("127.0.0.1"),
                "GET rebind.example:*"))) {
      assertThat(get(fixture, rebound("/1")).statusCode()).isEqualTo(200);
      // The upstream's connection of the first request is kept, and not used for this one.
      assertRefused(get(fixture, rebound("/2")), EgressReason.ADDRESS_NOT_PERMITTED);
      assertRefused(get(fixture, rebound("/3")), EgressReason.ADDRESS_NOT_PERMITTED);
      assertRefused(get(fixture, rebound("/4")), EgressReason.ADDRESS_NOT_PERMITTED);
      assertThat(upstream.received()).extracting(ReceivedRequest::path).containsExactly("/1");
    }
    assertNobodyCame();
  }

  @Test
  void connectsToTheVeryAddressThatWasChecked() throws Exception {
    // One answer for each request: whoever asks a second time, in between, gets the other address.
    try (ProxyFixture fixture =
        new ProxyFixture(
            policy(
                rebinding("127.0.0.1", "127.0.0.2"),
                List.of("127.0.0.1"),
                "GET rebind.example:*"))) {
      assertThat(get(fixture, rebound("/")).body()).isEqualTo("hello");
    }
    assertNobodyCame();
  }

  @Test
  void redirectsAreTheAgentsOwnRequests() throws Exception {
    redirect("/to-permitted", upstream.uri("/v1/end").toString());
    redirect("/to-other-path", upstream.uri("/v2/end").toString());
    redirect("/to-other-host", "http://other.example/v1/end");
    redirect("/to-metadata", "http://169.254.169.254/latest/meta-data/");
    try (ProxyFixture fixture = permitting("GET " + own("/to-*"), "GET " + own("/v1/*"), "GET *");
        HttpClient client =
            HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
                .build()) {
      assertThat(follow(client, "/to-permitted").body()).isEqualTo("hello");
      assertRefused(follow(client, "/to-other-path"), EgressReason.NOT_PERMITTED);
      assertRefused(follow(client, "/to-metadata"), EgressReason.ADDRESS_NOT_PERMITTED);
      assertThat(upstream.received())
          .allSatisfy(r -> assertThat(r.faults(fixture.key.verification())).isEmpty())
          .extracting(ReceivedRequest::path)
          .containsExactly("/to-permitted", "/v1/end", "/to-other-path", "/to-metadata");
    }
    try (ProxyFixture fixture = permitting("GET " + own("/*"));
        HttpClient client =
            HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
                .build()) {
      assertRefused(follow(client, "/to-other-host"), EgressReason.NOT_PERMITTED);
    }
  }

  private HttpResponse<String> follow(HttpClient client, String path) throws Exception {
    return client.send(HttpRequest.newBuilder(upstream.uri(path)).build(), BodyHandlers.ofString());
  }

  private void redirect(String path, String location) {
    upstream.on(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          upstream.answer(exchange, 302, "text/plain", "");
        });
  }

  @Test
  void floodOfRefusalsIsCountedAndHardlyTold() throws Exception {
    int flood = 2_000;
    try (ProxyFixture fixture = permitting()) {
      try (RawClient raw = fixture.raw()) {
        for (int i = 0; i < flood; i++) {
          raw.send("GET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
          assertThat(raw.answer()).startsWith("HTTP/1.1 403 ");
        }
      }
      assertThat(fixture.proxy.stats().problems(EgressReason.NOT_PERMITTED)).isEqualTo(flood);
      fixture.proxy.close();
      assertThat(fixture.refusals).hasSizeBetween(2, 20);
      assertThat(fixture.refusals.getLast()).matches("[0-9]+ more refusals were not told");
    }
  }

  private void assertNobodyCame() throws IOException {
    internal.setSoTimeout(1);
    assertThatThrownBy(internal::accept)
        .as("no connection waits at the other address")
        .isInstanceOf(SocketTimeoutException.class);
  }
}
