// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.cli.SignetHere;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.VirtualMachine;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
  /** Everything that it boots is approved, and nothing that runs then is measured. */
  private static final String WITHOUT_IMA = VirtualMachine.MEASURED.replace(" ima_policy=tcb", "");

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
    host.boot(VirtualMachine.MEASURED);
    site.register(
        GuestHost.AGENT,
        new AgentRegistration.Boot(null, null, null, "not learnt yet"),
        new HostId(GuestHost.NAME));
    host.install();
    host.awaitAccepted();
    // What the tests do later is known too, so that each is refused for one reason.
    String launcher = host.doctor().get("launcher").getFirst().found();
    host.run("/opt/signet/bin/patched-launcher none; chmod 755 /run");
    String kept = System.getProperty("signet.vm.vectors");
    GuestLogs logs =
        GuestLogs.capture(host, kept == null ? site.place("guest-logs") : Path.of(kept));
    host.shutDown();
    register(logs, launcher.substring(0, launcher.indexOf(' ')));
  }

  /** As an operator does. */
  private static void register(GuestLogs logs, String launcher) throws Exception {
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
            "--require-nv-register",
            "--require-isolation",
            "--launcher",
            launcher);
    assertThat(registered.code()).as(registered.err()).isZero();
  }

  @Test
  @Order(2)
  void afterARebootItIsAcceptedByItsLogsWithTheSameKey() throws Exception {
    long before = site.decisions("attest", "OK", GuestHost.AGENT);
    host.boot(VirtualMachine.MEASURED);
    host.awaitAccepted();
    assertThat(site.decisions("attest", "OK", GuestHost.AGENT)).isGreaterThan(before);
    assertThat(host.agent().said()).doesNotContain("made a request key").contains("released");
    assertThat(host.run("systemctl --failed --no-legend --plain").said()).isEmpty();
  }

  @Test
  @Order(3)
  void theAttestationResultClaimsWhatWasJudged() throws Exception {
    JsonNode result = claims(host.awaitResult());
    assertThat(result.path("eat_nonce").asText()).isEqualTo(GuestHost.RESULT_NONCE.toBase64Url());
    JsonNode judged = result.at("/signet/appraisal");
    assertThat(judged.path("boot").asText()).isEqualTo("event-log");
    assertThat(judged.path("ima").asText()).isEqualTo("appraised-in-part");
    assertThat(judged.path("launcher").asText()).isEqualTo("verified-boot");
    assertThat(judged.path("register").asText()).isEqualTo("nv");
    assertThat(judged.path("isolation").asText()).isEqualTo("full");
    // No claim of hardware, and so none better than a warning: its TPM is a simulator.
    JsonNode machine = result.at("/submods/tpm2");
    assertThat(machine.path("ear.status").asText()).isEqualTo("warning");
    assertThat(machine.path("ear.trustworthiness-vector").toString())
        .isEqualTo("{\"configuration\":2,\"executables\":3}");
  }

  /** Of a compact JWS; that the verifier signs them as it should has a test of its own. */
  private static JsonNode claims(String jws) throws Exception {
    byte[] payload = Base64.getUrlDecoder().decode(jws.split("\\.", 3)[1]);
    return StrictJson.tree(payload, 1 << 16);
  }

  @Test
  @Order(4)
  void theDoctorFindsTheMachineAsTheUnitsLeaveIt() throws Exception {
    Map<String, List<GuestHost.DoctorFinding>> found = host.doctor();
    // How soon an emulated machine is answered says nothing of it.
    found.keySet().removeAll(List.of("verifier", "clock"));
    assertThat(found.get("register"))
        .singleElement()
        .satisfies(register -> assertThat(register.found()).contains("opened in this boot"));
    assertThat(found.values().stream().flatMap(List::stream))
        .noneMatch(f -> f.state().equals("BAD"));
    // What a machine of this kind cannot have, and what its operator did not ask for.
    assertThat(looks(found)).containsExactly("lockdown", "secret", "secure boot");
  }

  private static Stream<String> looks(Map<String, List<GuestHost.DoctorFinding>> found) {
    return found.entrySet().stream()
        .filter(check -> check.getValue().stream().anyMatch(f -> f.state().equals("WARNING")))
        .map(Map.Entry::getKey);
  }

  @Test
  @Order(5)
  void anUnapprovedProgramThatRootRanIsNamed() throws Exception {
    host.must(
        "cat /usr/bin/true > /root/unapproved; echo >> /root/unapproved;"
            + " chmod 755 /root/unapproved; /root/unapproved");
    Digest digest = Digest.hash(host.read("/root/unapproved"));
    host.agent().await("refused to renew: IMA_NOT_APPROVED");
    assertThat(lastRefusal("attest").path("detail").asText())
        .contains("/root/unapproved", digest.toString());
  }

  @Test
  @Order(6)
  void attack24BootWithAnotherCommandLineIsNamed() throws Exception {
    host.shutDown();
    host.boot(WITHOUT_IMA);
    host.agent().await("refused: BOOT_NOT_APPROVED");
    assertThat(lastRefusal("release").path("detail").asText())
        .contains(
            "command line (PCR 9): expected " + measured(VirtualMachine.MEASURED),
            "got " + measured(WITHOUT_IMA));
  }

  /** As the kernel's EFI stub measures it: QEMU's addition, in UTF-16, with the zero at its end. */
  private static Digest measured(String commandLine) {
    return Digest.hash((commandLine + " initrd=initrd\0").getBytes(StandardCharsets.UTF_16LE));
  }

  @Test
  @Order(7)
  void theApprovedBootIsAcceptedAgain() throws Exception {
    host.shutDown();
    host.boot(VirtualMachine.MEASURED);
    host.awaitAccepted();
  }

  @Test
  @Order(8)
  void attack30AppendedByteIsRefusedByTheLauncherAndWithoutItByTheVerifier() throws Exception {
    host.agent().stop();
    Digest approved = Digest.hash(host.read("/opt/signet/agents/agent.jar"));
    Digest changed = Digest.hash(host.read("/opt/signet/agents/changed.jar"));
    VirtualMachine.Ended refused =
        host.run(
            "/opt/signet/bin/signet run"
                + " --statement /opt/signet/agents/agent.dsse --signer /opt/signet/ci.pub.pem"
                + " --jar /opt/signet/agents/changed.jar --env TOOL_API_KEY=none");
    assertThat(refused.said()).contains("refused: MEASUREMENT_MISMATCH: agent-jar");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(host.must("/opt/signet/bin/patched-launcher " + GuestHost.AGENT))
        .contains("the verifier refused: MEASUREMENT_MISMATCH");
    JsonNode decision = lastRefusal("release");
    assertThat(decision.path("outcome").asText()).isEqualTo("MEASUREMENT_MISMATCH");
    assertThat(decision.path("detail").asText())
        .contains("agent-jar", approved.toString(), changed.toString());
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
