// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.demo.testagent.PatchedLauncher;
import dev.signet.demo.testagent.PollingAgent;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.GuestFiles;
import dev.signet.tpmsim.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;

/**
 * A site's host that is a whole machine: firmware, kernel, IMA, systemd, and the register and the
 * launcher as its services, by the units of {@code docs/systemd}. What it needs of Signet lies on a
 * disk at {@code /opt/signet}.
 */
final class GuestHost implements AutoCloseable {
  static final AgentId AGENT = new AgentId("spiffe://site.example/agent/guest");
  static final String NAME = "guest-1";

  /** What the agent has the verifier bind into its attestation result. */
  static final Bytes RESULT_NONCE = Bytes.of("asked by the guest's agent".getBytes(US_ASCII));

  /** What is slow under emulation, on a machine that others use too. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final String SIGNET = "/opt/signet/bin/signet ";
  private static final String ACCEPTED = "200 sunny, says the service to " + AGENT;
  private static final String RESULT = "result 200 ";
  private static final String VERIFIER = "10.0.2.100:8443";
  private static final String TOOLS = "10.0.2.101:8080";
  private static final String ISSUER = "10.0.2.102:443";
  private static final Path UNITS = Path.of("../docs/systemd");
  private static final Path LAUNCHER = Path.of("../cli/target/signet/signet-launcher.jar");
  private static final String CORRETTO =
      "com/amazon/corretto/crypto/provider/libamazonCorrettoCryptoProvider.so";
  private static final int DISK_MIB = 320;

  private final Site site;
  private final VirtualMachine machine;
  private final GuestService agent;

  private GuestHost(Site site, VirtualMachine machine) {
    this.site = site;
    this.machine = machine;
    this.agent = new GuestService(this, "signet-agent@guest");
  }

  /** Builds it, switched off and unknown to the verifier. */
  static GuestHost build(Site site, Path guest) throws Exception {
    ToolService tools = site.newToolService(TOOLS, site.place("guest-tools"));
    Path content = Files.createDirectory(site.place("guest-disk"));
    Path agents = Files.createDirectory(content.resolve("agents"));
    Path jar = TestJars.of(PollingAgent.class, agents.resolve("agent.jar"));
    Files.copy(jar, agents.resolve("changed.jar"));
    Files.write(agents.resolve("changed.jar"), new byte[] {'!'}, StandardOpenOption.APPEND);
    Files.copy(
        site.statement(
            AGENT,
            "guest-agent",
            jar,
            Site.FLOOR,
            "GET " + TOOLS + "/weather",
            "POST " + Site.VERIFIER_NAME + "/v1/results"),
        agents.resolve("agent.dsse"));
    TestJars.of(PatchedLauncher.class, content.resolve("patched-launcher.jar"));
    Files.copy(site.signer(), content.resolve("ci.pub.pem"));
    Files.copy(site.verifierCertificate(), content.resolve("verifier.pem"));
    Files.copy(LAUNCHER, content.resolve("signet-launcher.jar"));
    Path programs = Files.createDirectory(content.resolve("bin"));
    for (String program : List.of("signet", "patched-launcher")) {
      Path start = programs.resolve(program);
      Files.write(start, resource(program));
      Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    try (JarFile launcher = new JarFile(LAUNCHER.toFile());
        InputStream library = launcher.getInputStream(launcher.getEntry(CORRETTO))) {
      Path lib = Files.createDirectory(content.resolve("lib"));
      Files.copy(library, lib.resolve(Path.of(CORRETTO).getFileName().toString()));
    }
    copyTree(guest.resolve("runtime"), content.resolve("runtime"));
    int verifier = site.verifierUrl().getPort();
    VirtualMachine machine =
        VirtualMachine.build(
            site.place("m"),
            site.newTpm("mt"),
            GuestFiles.in(guest),
            GuestFiles.disk(content, site.place("guest-disk.img"), DISK_MIB),
            Map.of(VERIFIER, verifier, TOOLS, tools.port(), ISSUER, verifier));
    return new GuestHost(site, machine);
  }

  /** Powers on, and returns when systemd has started what it starts at boot. */
  void boot(String commandLine) throws IOException {
    machine.boot(commandLine);
    run("systemctl is-system-running --wait");
  }

  void shutDown() throws IOException {
    machine.shutDown();
  }

  /**
   * Takes the TPM into use, enrols, and has systemd open the register and start the agent, now and
   * at each boot: what {@code docs/operations.md} says, "Hosts".
   */
  void install() throws Exception {
    must(SIGNET + "provision --register nv");
    write("/run/join-token", site.joinToken(NAME).getBytes(US_ASCII));
    must(
        SIGNET
            + "enroll --verifier https://"
            + VERIFIER
            + " --verifier-pin "
            + site.verifierPin()
            + " --host "
            + NAME
            + " --join-token-file /run/join-token");
    must("echo " + address(ISSUER) + " " + Site.VERIFIER_NAME + " >> /etc/hosts");
    must("mkdir -p /etc/signet/agents");
    String started = new String(resource("guest.env"), US_ASCII);
    write(
        "/etc/signet/agents/guest.env",
        started.replace("NONCE", RESULT_NONCE.toBase64Url()).getBytes(US_ASCII));
    for (String unit : List.of("signet-register.service", "signet-agent@.service")) {
      write("/etc/systemd/system/" + unit, Files.readAllBytes(UNITS.resolve(unit)));
      must("chmod 644 /etc/systemd/system/" + unit);
    }
    must("systemctl daemon-reload");
    must("systemctl enable --now signet-register.service signet-agent@guest.service");
  }

  /** The agent's service. */
  GuestService agent() {
    return agent;
  }

  /** Waits until the tool service has accepted a request, for as long as nothing is refused. */
  void awaitAccepted() throws IOException {
    agent.await(ACCEPTED, "refused: ");
  }

  /**
   * Waits for the agent's attestation result.
   *
   * @return the EAR
   */
  String awaitResult() throws IOException {
    String said = agent.await(RESULT, "refused: ");
    return said.substring(said.indexOf(RESULT) + RESULT.length()).lines().findFirst().orElseThrow();
  }

  /** What {@code signet doctor} finds, by check. */
  Map<String, List<DoctorFinding>> doctor() throws Exception {
    JsonNode found =
        StrictJson.tree(run(SIGNET + "doctor --json").said().getBytes(US_ASCII), 1 << 16);
    Map<String, List<DoctorFinding>> checks = new TreeMap<>();
    for (JsonNode check : found.path("checks")) {
      checks
          .computeIfAbsent(check.path("check").asText(), name -> new ArrayList<>())
          .add(new DoctorFinding(check.path("state").asText(), check.path("found").asText()));
    }
    return checks;
  }

  /**
   * One of {@code signet doctor}'s findings.
   *
   * @param state GOOD, WARNING or BAD
   */
  record DoctorFinding(String state, String found) {}

  String must(String command) throws IOException {
    return machine.must(command, PATIENCE);
  }

  VirtualMachine.Ended run(String command) throws IOException {
    return machine.run(command, PATIENCE);
  }

  /** A file of the guest. */
  byte[] read(String file) throws IOException {
    VirtualMachine.Ended ended = run("cat " + file);
    assertThat(ended.code()).as(file).isZero();
    return ended.bytes();
  }

  private void write(String file, byte[] content) throws IOException {
    String encoded = Base64.getEncoder().encodeToString(content);
    must("umask 077; base64 -d > " + file + " <<< " + encoded);
  }

  private static String address(String withPort) {
    return withPort.substring(0, withPort.indexOf(':'));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = GuestHost.class.getResourceAsStream("/vm/" + name)) {
      return in.readAllBytes();
    }
  }

  private static void copyTree(Path from, Path to) throws Exception {
    Process copy = new ProcessBuilder("cp", "-r", from.toString(), to.toString()).start();
    assertThat(copy.waitFor()).as("cp").isZero();
  }

  @Override
  public void close() throws IOException {
    machine.close();
  }
}
