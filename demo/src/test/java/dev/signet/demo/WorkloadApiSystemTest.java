// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.demo.testagent.SpiffeAgent;
import dev.signet.protocol.AgentId;
import dev.signet.verifierservice.registry.AgentRegistration.Svids;
import java.io.File;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two agents that know SPIFFE and nothing of Signet, launched, on swtpm. */
class WorkloadApiSystemTest {
  private static final Pattern OF_JAVA_SPIFFE =
      Pattern.compile(
          "(java-spiffe|grpc-|protobuf|nimbus|guava|failureaccess|perfmark|commons-|gson|jspecify)"
              + ".*\\.jar");
  private static final String AUDIENCE = "https://tool.example";

  private static Site site;
  private static Path jar;
  private static String classPath;
  private static SignetProcess one;
  private static SignetProcess two;

  @BeforeAll
  static void launch() throws Exception {
    // Renewed after five seconds.
    site = Site.build(Duration.ofSeconds(10));
    Svids all = new Svids(true, true, List.of(AUDIENCE), null, null);
    site.register(Site.AGENT, all, site.host());
    site.register(Site.SECOND, all, site.host(), site.otherHost());
    jar = TestJars.of(SpiffeAgent.class, site.place("spiffe.jar"));
    classPath = javaSpiffe();
    one = run(site.host(), Site.AGENT).ready();
    two = run(site.otherHost(), Site.SECOND).ready();
  }

  @AfterAll
  static void end() throws Exception {
    for (SignetProcess agent : new SignetProcess[] {one, two}) {
      if (agent != null) {
        agent.close();
      }
    }
    site.close();
  }

  @Test
  void agentsHaveTheirIdsFromTheVerifierAndTalkByMutualTls() throws Exception {
    assertThat(one.ask("id")).isEqualTo(Site.AGENT.value());
    assertThat(two.ask("id")).isEqualTo(Site.SECOND.value());
    String toSecond = one.ask("serve " + Site.SECOND);
    assertThat(two.ask("talk " + toSecond + " " + Site.AGENT)).isEqualTo("hello");
    assertThat(two.ask("talk " + toSecond + " " + Site.SECOND)).startsWith("failed: ");
    String toNobody = one.ask("serve " + Site.AGENT);
    assertThat(two.ask("talk " + toNobody + " " + Site.AGENT)).doesNotContain("hello");
    assertThat(site.decisions("issue-x509", "OK", Site.AGENT)).isPositive();
  }

  @Test
  void tokensAreForAudiencesThatTheRegistrationNames() throws Exception {
    assertThat(one.ask("jwt " + AUDIENCE)).startsWith(Site.AGENT + " ey");
    assertThat(one.ask("jwt https://other.example"))
        .startsWith("failed: ")
        .contains("PERMISSION_DENIED", "NOT_PERMITTED");
  }

  @Test
  void attack65AnotherProcessIsNotServedThoughItReachesTheSocket() throws Exception {
    String endpoint = one.ask("endpoint");
    assertThat(endpoint).startsWith("unix:///");
    Path socket = Path.of(endpoint.substring("unix://".length()));
    try (SocketChannel stranger = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      stranger.connect(UnixDomainSocketAddress.of(socket));
      // A server that speaks HTTP/2 would send its settings at once.
      assertThat(stranger.read(ByteBuffer.allocate(64))).isEqualTo(-1);
    }
    one.awaitTold(line -> line.contains("refused a connection to the Workload API"), "a warning");
    assertThat(one.ask("once")).isEqualTo(Site.AGENT.value());
  }

  @Test
  void attack42And64RevokedAgentGetsNothingMoreUntilItIsReinstated() throws Exception {
    assertThat(two.ask("once")).isEqualTo(Site.SECOND.value());
    var revoked = site.signet("revoke", "agent", Site.SECOND, "--reason", "incident 2");
    assertThat(revoked.code()).as(revoked.err()).isZero();
    long issued = issuedToSecond();
    try {
      assertThat(two.ask("jwt " + AUDIENCE)).contains("UNAVAILABLE", "REVOKED");
      assertThat(two.awaitAnswer("once", "failed: ")).contains("UNAVAILABLE", "REVOKED");
      assertThat(issuedToSecond()).isEqualTo(issued);
    } finally {
      var back = site.signet("reinstate", "agent", Site.SECOND, "--reason", "false alarm");
      assertThat(back.code()).as(back.err()).isZero();
    }
    two.awaitAnswer("once", Site.SECOND.value());
  }

  private static long issuedToSecond() throws Exception {
    return site.decisions("issue-x509", "OK", Site.SECOND)
        + site.decisions("issue-jwt", "OK", Site.SECOND);
  }

  private static SignetProcess run(DemoHost host, AgentId agent) throws Exception {
    Path statement = statement(agent);
    List<String> words = new ArrayList<>(List.of("run", "--state", host.state().toString()));
    words.addAll(List.of("--signer", site.signer().toString(), "--jar", jar.toString()));
    words.addAll(List.of("--class-path", classPath, "--statement", statement.toString()));
    words.add("--workload-api");
    words.add("--isolation=none"); // one calls the other, which nobody can in full isolation
    return SignetProcess.signet(Map.of(), words);
  }

  private static Path statement(AgentId agent) throws Exception {
    String name = agent.value().substring(agent.value().lastIndexOf('/') + 1);
    Path measured = site.place("spiffe-" + name + ".json");
    Path signed = site.place("spiffe-" + name + ".dsse");
    good(
        "measure",
        "--jar",
        jar,
        "--class-path",
        classPath,
        "--agent",
        agent,
        "--svn",
        Site.FLOOR,
        "--out",
        measured);
    good("sign", "--key", site.place("ci.pem"), measured, "--out", signed);
    return signed;
  }

  private static void good(Object... words) {
    var ended = site.signet(words);
    assertThat(ended.code()).as(ended.err()).isZero();
  }

  /** What java-spiffe needs at run time, of this test's own class path. */
  private static String javaSpiffe() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> OF_JAVA_SPIFFE.matcher(Path.of(entry).getFileName().toString()).matches())
        .filter(entry -> !entry.contains("grpc-netty-1."))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
