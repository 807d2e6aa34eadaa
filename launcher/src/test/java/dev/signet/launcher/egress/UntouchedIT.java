// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.egress.permission.NameResolver;
import dev.signet.launcher.egress.permission.OperatorRules;
import dev.signet.launcher.traffic.ExchangeLog;
import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.TestLog;
import dev.signet.protocol.EgressPermission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tunnels to hosts that are let through untouched. */
class UntouchedIT {
  @TempDir static Path directory;
  private static LaunchAuthority ofUpstream;
  private static LaunchAuthority ofLaunch;
  private static TestUpstream upstream;
  private static ProxyFixture fixture;

  @BeforeAll
  static void start() throws Exception {
    ofUpstream = TestTls.authority();
    ofLaunch = TestTls.authority();
    upstream = TestUpstream.https(TestTls.server(ofUpstream.leaf("localhost", Instant.now())));
    fixture = fixture(ProxyFixture.permissive(), ExchangeLog.NONE, "localhost", upstream.port(), 1);
  }

  private static ProxyFixture fixture(
      EgressPolicy policy, ExchangeLog exchanges, String host, int... ports) throws Exception {
    return ProxyFixture.intercepting(
        policy,
        EgressLimits.standard(),
        new Interception(
            ofLaunch,
            Clock.systemUTC(),
            IntStream.of(ports)
                .mapToObj(port -> HostPort.parse(host + ":" + port))
                .collect(Collectors.toSet())),
        TestTls.pem(ofUpstream, directory.resolve("upstream.pem")),
        List.of(),
        Credentials.NONE,
        exchanges);
  }

  private static ProxyFixture permitting(String host, NameResolver resolver, String... rules)
      throws Exception {
    return fixture(
        new EgressPolicy(
            Stream.of(rules).map(EgressPermission::parse).toList(), OperatorRules.NONE, resolver),
        ExchangeLog.NONE,
        host,
        upstream.port());
  }

  @AfterAll
  static void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @Test
  void passesTheTlsOfTheServiceItself() throws Exception {
    upstream.received().clear();
    assertThat(get(TestTls.client(ofUpstream))).isEqualTo("hello");
    assertThat(upstream.received())
        .singleElement()
        .satisfies(r -> assertThat(r.fieldValues("signature")).isEmpty());
    assertThatThrownBy(() -> get(TestTls.client(ofLaunch))).isInstanceOf(SSLException.class);
  }

  @Test
  void passesNothingOfAnAgentThatIsNotAttested() throws Exception {
    EgressIdentity.Current good = fixture.identity.getAndSet(null);
    try (RawClient client = fixture.raw()) {
      assertThat(client.send(connect("localhost:" + upstream.port())).answer())
          .startsWith("HTTP/1.1 502 ")
          .contains("NOT_ATTESTED");
    } finally {
      fixture.identity.set(good);
    }
  }

  @Test
  void saysThatTheHostIsUnreachable() throws Exception {
    try (RawClient client = fixture.raw()) {
      assertThat(client.send(connect("localhost:1")).answer())
          .startsWith("HTTP/1.1 502 ")
          .contains("UPSTREAM_UNREACHABLE");
    }
  }

  @Test
  void opensNoTunnelWhereNotEveryRequestIsPermitted() throws Exception {
    String host = "localhost:" + upstream.port();
    for (String rule : List.of("GET " + host, "* " + host + "/v1/*", "* other.example")) {
      try (ProxyFixture narrow = permitting("localhost", NameResolver.SYSTEM, rule);
          RawClient client = narrow.raw()) {
        assertThat(client.send(connect(host)).answer())
            .as(rule)
            .startsWith("HTTP/1.1 403 ")
            .contains("\"reason\":\"NOT_PERMITTED\"");
        assertThat(narrow.proxy.stats().problems(EgressReason.NOT_PERMITTED)).isEqualTo(1);
      }
    }
    try (ProxyFixture wide = permitting("localhost", NameResolver.SYSTEM, "* " + host);
        RawClient client = wide.raw()) {
      assertThat(client.send(connect(host)).head()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void opensNoTunnelToASpecialAddressBehindAPermittedName() throws Exception {
    String host = "api.example:" + upstream.port();
    for (List<String> answers :
        List.of(List.of("127.0.0.1"), List.of("93.184.215.14", "127.0.0.1"), List.of("10.0.0.1"))) {
      NameResolver resolver = name -> answers.stream().map(InetAddress::ofLiteral).toList();
      try (ProxyFixture named = permitting("api.example", resolver, "* " + host);
          RawClient client = named.raw()) {
        assertThat(client.send(connect(host)).answer())
            .as(answers.toString())
            .startsWith("HTTP/1.1 403 ")
            .contains("\"reason\":\"ADDRESS_NOT_PERMITTED\"");
      }
    }
  }

  @Test
  void notesATunnelOnceWithTheBytesOfBothWays() throws Exception {
    TestLog log = new TestLog(directory.resolve("tunnels"));
    try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ProxyFixture to =
            fixture(ProxyFixture.permissive(), log.log, "localhost", service.getLocalPort())) {
      try (RawClient client = to.raw()) {
        client.send(connect("localhost:" + service.getLocalPort()) + "seven b").head();
        try (Socket accepted = service.accept()) {
          assertThat(accepted.getInputStream().readNBytes(7)).asString().isEqualTo("seven b");
          accepted.getOutputStream().write("three".getBytes(StandardCharsets.US_ASCII));
          assertThat(client.socket().getInputStream().readNBytes(5)).asString().isEqualTo("three");
        }
        assertThat(client.rest()).isEmpty();
      }
      // Of a tunnel that is looked into, what passes in it is noted, and not the tunnel.
      try (RawClient client = to.raw()) {
        assertThat(client.send(connect("localhost:1")).head()).startsWith("HTTP/1.1 200 ");
      }
      Awaitility.await("the record is written").until(() -> !log.lines().isEmpty());
      ExchangeRecord noted = log.exchanges().getFirst();
      assertThat(noted.kind()).isEqualTo(ExchangeRecord.Kind.TUNNEL);
      assertThat(noted.decision()).isEqualTo(ExchangeRecord.Decision.FORWARDED);
      assertThat(noted.request().method()).isEqualTo("CONNECT");
      assertThat(noted.request().host()).isEqualTo("localhost");
      assertThat(noted.request().bytes()).isEqualTo(7);
      assertThat(noted.answer().status()).isEqualTo(200);
      assertThat(noted.answer().bytes()).isEqualTo(5);
      assertThat(noted.signature()).isNull();
      assertThat(noted.upstream()).isEqualTo("127.0.0.1:" + service.getLocalPort());
      assertThat(log.exchanges()).hasSize(1);
    }
  }

  private static String connect(String target) {
    return "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
  }

  private static String get(SSLContext trusting) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", fixture.port())))
            .sslContext(trusting)
            .connectTimeout(Duration.ofSeconds(5))
            .build()) {
      URI uri = URI.create("https://localhost:" + upstream.port() + "/");
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }
}
