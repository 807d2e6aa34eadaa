// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
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
    fixture =
        ProxyFixture.intercepting(
            EgressLimits.standard(),
            ofLaunch,
            TestTls.pem(ofUpstream, directory.resolve("upstream.pem")),
            HostPort.parse("localhost:" + upstream.port()),
            HostPort.parse("localhost:1"));
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
