// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.process.ProbeAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerCheckIT {
  private final ProcessTreePeerCheck peers = new ProcessTreePeerCheck();
  private TestUpstream upstream;
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    upstream = TestUpstream.http();
    fixture = new ProxyFixture(EgressLimits.standard(), Optional.empty(), peers);
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    upstream.close();
  }

  @Test
  void attack65RefusesAnotherProcessOfTheSameUser() throws Exception {
    Process agent = new ProcessBuilder("sleep", "60").start();
    try {
      peers.admit(agent.toHandle());
      try (RawClient client = fixture.raw()) {
        client.send("GET " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(client.answer()).startsWith("HTTP/1.1 403 ").contains("PEER_REFUSED");
      }
      assertThat(upstream.received()).isEmpty();
    } finally {
      agent.destroyForcibly();
    }
  }

  @Test
  void attack65RefusesEverybodyWhileThereIsNoAgent() throws Exception {
    try (RawClient client = fixture.raw()) {
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void attack65RefusesWhoCameBeforeTheAgentEvenFromItsPort() throws Exception {
    try (RawClient early = fixture.raw()) {
      // Were it still waiting for the look, its port would now be that of the agent, this process.
      Awaitility.await()
          .during(Duration.ofMillis(300))
          .until(() -> fixture.proxy.stats().forwarded() == 0);
      peers.admit(ProcessHandle.current());
      assertThat(early.rest()).isEmpty();
    }
    try (RawClient later = fixture.raw()) {
      later.send("GET " + upstream.uri("/") + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(later.answer()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void admitsTheAgentThatConnectsBeforeItsProcessIsKnown() throws Exception {
    Process agent = start(probe());
    peers.started();
    // It waits for the answer while its starter still looks at its isolation.
    Awaitility.await().during(Duration.ofSeconds(1)).until(agent::isAlive);
    peers.admit(agent.toHandle());
    assertThat(output(agent)).isEqualTo("200 hello\n");
  }

  @Test
  void admitsWhatTheAgentStarted() throws Exception {
    List<String> command = new ArrayList<>(List.of(java(), "-cp", classes()));
    command.addAll(List.of(ProbeAgent.class.getName(), "child"));
    command.addAll(probe());
    Process agent = start(command);
    peers.admit(agent.toHandle());
    assertThat(output(agent)).isEqualTo("200 hello\n");
  }

  @Test
  void attack65RefusesTheStarterOfTheAgent() throws Exception {
    Process agent = start(probe());
    peers.admit(agent.toHandle());
    assertThat(output(agent)).startsWith("200");
    Process other = start(probe());
    assertThat(output(other)).startsWith("403").contains("PEER_REFUSED");
  }

  @Test
  void attack65RefusesWhatAStrangerSentWhoseResetPortTheAgentGot() throws Exception {
    peers.admit(ProcessHandle.current());
    CountDownLatch bothAccepted = new CountDownLatch(2);
    // The first look, at the stranger, comes as late as it may.
    PeerCheck late =
        (client, own) -> {
          bothAccepted.countDown();
          await(bothAccepted);
          return peers.refusal(client, own);
        };
    try (ProxyFixture slow = new ProxyFixture(EgressLimits.standard(), Optional.empty(), late)) {
      int port;
      try (Socket stranger = new Socket("127.0.0.1", slow.port())) {
        port = stranger.getLocalPort();
        stranger.getOutputStream().write(get("/stranger"));
        stranger.setSoLinger(true, 0); // closing it resets the connection
      }
      try (Socket agent = new Socket()) {
        agent.setReuseAddress(true);
        agent.bind(new InetSocketAddress("127.0.0.1", port));
        agent.connect(new InetSocketAddress("127.0.0.1", slow.port()));
        agent.getOutputStream().write(get("/agent"));
        assertThat(new String(agent.getInputStream().readNBytes(13), StandardCharsets.US_ASCII))
            .isEqualTo("HTTP/1.1 200 ");
      }
      Awaitility.await().until(() -> slow.proxy.stats().problems(EgressReason.PEER_REFUSED) == 1);
    }
    assertThat(upstream.received()).hasSize(1);
    assertThat(upstream.received().getFirst().path()).isEqualTo("/agent");
  }

  @Test
  void attack65LooksAtNoConnectionThatIsNotAcceptedYet() throws Exception {
    peers.admit(ProcessHandle.current());
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Socket client = new Socket("127.0.0.1", server.getLocalPort())) {
      InetSocketAddress from = (InetSocketAddress) client.getLocalSocketAddress();
      InetSocketAddress to = (InetSocketAddress) client.getRemoteSocketAddress();
      assertThat(peers.refusal(from, to)).get().asString().startsWith("reset by its peer");
      try (Socket accepted = server.accept()) {
        assertThat(accepted.isConnected()).isTrue();
        assertThat(peers.refusal(from, to)).isEmpty();
      }
    }
  }

  private byte[] get(String path) {
    return ("GET " + upstream.uri(path) + " HTTP/1.1\r\nHost: x\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private List<String> probe() {
    return List.of(
        java(),
        "-Dhttp.proxyHost=127.0.0.1",
        "-Dhttp.proxyPort=" + fixture.port(),
        "-Dhttp.nonProxyHosts=",
        "-cp",
        classes(),
        ProbeAgent.class.getName(),
        "http",
        upstream.uri("/").toString());
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String classes() {
    return Path.of("target", "test-classes").toAbsolutePath().toString();
  }
}
