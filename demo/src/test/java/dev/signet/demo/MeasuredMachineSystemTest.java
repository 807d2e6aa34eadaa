// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.cli.SignetHere;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.tpmsim.VirtualMachine;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A machine from its firmware to the agent, attested. Its tests are one story, in order: a boot is
 * slow. {@code ./signet test --vm} runs it.
 */
@EnabledIfSystemProperty(named = "signet.vm", matches = "true")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeasuredMachineSystemTest {
  private static Site site;
  private static GuestHost host;

  @BeforeAll
  static void build() throws Exception {
    site =
        Site.build(
            Duration.ofSeconds(90),
            """
            pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15]
            limits: {handshakeTimeout: 60s}
            """);
    host = GuestHost.build(site, Path.of(System.getProperty("signet.vm.guest")));
  }

  @AfterAll
  static void close() throws Exception {
    if (host != null) {
      host.close();
    }
    if (site != null) {
      site.close();
    }
  }

  @Test
  @Order(1)
  void aKnownGoodBootIsLearnt() throws Exception {
    host.machine().boot(VirtualMachine.MEASURED);
    host.install();
    site.register(
        GuestHost.AGENT,
        new AgentRegistration.Boot(null, null, null, "not learnt yet"),
        new HostId(GuestHost.NAME));
    host.startAgent();
    host.awaitAccepted();
    // What the tests do later is known too, so that each is refused for one reason.
    host.run("/opt/signet/patched-launcher none; chmod 755 /run");
    String kept = System.getProperty("signet.vm.vectors");
    GuestLogs logs =
        GuestLogs.capture(host, kept == null ? site.place("guest-logs") : Path.of(kept));
    host.machine().shutDown();
    register(logs);
  }

  /** As an operator does. */
  private static void register(GuestLogs logs) throws Exception {
    SignetHere.Ended uploaded = site.signet("policy", "upload", logs.imaPolicy());
    assertThat(uploaded.code()).as(uploaded.err()).isZero();
    Matcher policy = Pattern.compile("sha256:[0-9a-f]{64}").matcher(uploaded.out());
    assertThat(policy.find()).as(uploaded.out()).isTrue();
    SignetHere.Ended registered =
        site.signet(
            "agent",
            "register",
            GuestHost.AGENT,
            "--host",
            GuestHost.NAME,
            "--signer",
            site.signer(),
            "--boot-policy",
            logs.bootPolicy(),
            "--ima-policy",
            policy.group(),
            "--any-launcher",
            "judged by IMA");
    assertThat(registered.code()).as(registered.err()).isZero();
  }

  @Test
  @Order(2)
  void afterARebootItIsAcceptedByItsLogsWithTheSameKey() throws Exception {
    long before = site.decisions("attest", "OK", GuestHost.AGENT);
    host.machine().boot(VirtualMachine.MEASURED);
    host.startAgent();
    host.awaitAccepted();
    assertThat(site.decisions("attest", "OK", GuestHost.AGENT)).isGreaterThan(before);
    assertThat(host.launcherSaid()).doesNotContain("made a request key").contains("released");
  }

  @Test
  @Order(3)
  void anUnapprovedProgramThatRootRanIsNamed() throws Exception {
    host.must(
        "cat /usr/bin/true > /root/unapproved; echo >> /root/unapproved;"
            + " chmod 755 /root/unapproved; /root/unapproved");
    Digest digest = Digest.hash(host.read("/root/unapproved"));
    host.awaitLauncherSaid("refused to renew: IMA_NOT_APPROVED");
    assertThat(lastRefusal("attest").path("detail").asText())
        .contains("/root/unapproved", digest.toString());
  }

  @Test
  @Order(4)
  void attack24BootWithAnotherCommandLineIsNamed() throws Exception {
    host.machine().shutDown();
    host.machine().boot(VirtualMachine.MEASURED + " debug");
    host.startAgent();
    host.awaitLauncherSaid("refused: BOOT_NOT_APPROVED");
    assertThat(lastRefusal("release").path("detail").asText())
        .contains("command line (PCR 9): expected sha256:")
        .contains("to allow it, add {\"digest\":\"sha256:");
  }

  @Test
  @Order(5)
  void theApprovedBootIsAcceptedAgain() throws Exception {
    host.machine().shutDown();
    host.machine().boot(VirtualMachine.MEASURED);
    host.startAgent();
    host.awaitAccepted();
  }

  @Test
  @Order(6)
  void attack30AppendedByteIsRefusedByTheLauncherAndWithoutItByTheVerifier() throws Exception {
    host.stopAgent();
    VirtualMachine.Ended refused =
        host.run(
            "XDG_RUNTIME_DIR=/run/signet /opt/signet/signet run"
                + " --statement /opt/signet/agents/agent.dsse --signer /opt/signet/ci.pub.pem"
                + " --jar /opt/signet/agents/changed.jar --env TOOL_API_KEY=none");
    assertThat(refused.said()).contains("refused: MEASUREMENT_MISMATCH: agent-jar");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(host.must("/opt/signet/patched-launcher " + GuestHost.AGENT))
        .contains("the verifier refused: MEASUREMENT_MISMATCH");
    JsonNode decision = lastRefusal("release");
    assertThat(decision.path("outcome").asText()).isEqualTo("MEASUREMENT_MISMATCH");
    assertThat(decision.path("detail").asText()).contains("agent-jar");
  }

  private static JsonNode lastRefusal(String act) throws Exception {
    return site.audit().stream()
        .filter(d -> d.path("agent").asText().equals(GuestHost.AGENT.value()))
        .filter(d -> d.path("act").asText().equals(act))
        .filter(d -> !d.path("outcome").asText().equals("OK"))
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }
}
