// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.demo.testagent.PatchedLauncher;
import dev.signet.demo.testagent.PollingAgent;
import dev.signet.protocol.AgentId;
import dev.signet.tpmsim.GuestFiles;
import dev.signet.tpmsim.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import org.awaitility.Awaitility;

/**
 * A site's host that is a whole machine: firmware, kernel, IMA, systemd, and the launcher as one of
 * its services. What it needs of Signet lies on a disk at {@code /opt/signet}.
 */
final class GuestHost implements AutoCloseable {
  static final AgentId AGENT = new AgentId("spiffe://site.example/agent/guest");
  static final String NAME = "guest-1";

  /** What is slow under emulation, on a machine that others use too. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final String ACCEPTED = "200 sunny, says the service to " + AGENT;
  private static final String VERIFIER = "10.0.2.100:8443";
  private static final String TOOLS = "10.0.2.101:8080";
  private static final Path LAUNCHER = Path.of("../cli/target/signet/signet-launcher.jar");
  private static final String CORRETTO =
      "com/amazon/corretto/crypto/provider/libamazonCorrettoCryptoProvider.so";
  private static final int DISK_MIB = 320;

  private final Site site;
  private final VirtualMachine machine;

  private GuestHost(Site site, VirtualMachine machine) {
    this.site = site;
    this.machine = machine;
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
        site.statement(AGENT, "guest-agent", jar, Site.FLOOR, "GET " + TOOLS + "/weather"),
        agents.resolve("agent.dsse"));
    TestJars.of(PatchedLauncher.class, content.resolve("patched-launcher.jar"));
    Files.copy(site.signer(), content.resolve("ci.pub.pem"));
    Files.copy(LAUNCHER, content.resolve("signet-launcher.jar"));
    for (String program : List.of("signet", "patched-launcher")) {
      Path start = content.resolve(program);
      Files.write(start, resource(program));
      Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    try (JarFile launcher = new JarFile(LAUNCHER.toFile());
        InputStream library = launcher.getInputStream(launcher.getEntry(CORRETTO))) {
      Path lib = Files.createDirectory(content.resolve("lib"));
      Files.copy(library, lib.resolve(Path.of(CORRETTO).getFileName().toString()));
    }
    copyTree(guest.resolve("runtime"), content.resolve("runtime"));
    VirtualMachine machine =
        VirtualMachine.build(
            site.place("m"),
            site.newTpm("mt"),
            GuestFiles.in(guest),
            GuestFiles.disk(content, site.place("guest-disk.img"), DISK_MIB),
            Map.of(VERIFIER, site.verifierUrl().getPort(), TOOLS, tools.port()));
    return new GuestHost(site, machine);
  }

  VirtualMachine machine() {
    return machine;
  }

  /** Installs the launcher as a service, takes the TPM into use, and enrols. */
  void install() throws Exception {
    write("/etc/systemd/system/signet-agent.service", resource("signet-agent.service"));
    must("systemctl daemon-reload");
    must("/opt/signet/signet provision");
    write("/run/join-token", site.joinToken(NAME).getBytes(StandardCharsets.US_ASCII));
    must(
        "/opt/signet/signet enroll --verifier https://"
            + VERIFIER
            + " --verifier-pin "
            + site.verifierPin()
            + " --host "
            + NAME
            + " --join-token-file /run/join-token");
  }

  /** Starts the agent's service. */
  void startAgent() throws IOException {
    must("rm -f /run/agent.out /run/agent.err; systemctl start --no-block signet-agent");
  }

  void stopAgent() throws IOException {
    must("systemctl stop signet-agent");
  }

  /** Waits until the tool service has accepted a request. */
  void awaitAccepted() {
    await("an accepted request", () -> unlessRefused(said("/run/agent.out")), ACCEPTED);
  }

  /**
   * Waits until the launcher has said something.
   *
   * @return all that it has said
   */
  String awaitLauncherSaid(String part) {
    return await("the launcher to say " + part, this::launcherSaid, part);
  }

  /** What the launcher has said since the agent was started. */
  String launcherSaid() throws IOException {
    return said("/run/agent.err");
  }

  private static String await(String what, Callable<String> said, String part) {
    return Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(said, text -> text.contains(part));
  }

  private String unlessRefused(String answers) throws IOException {
    assertThat(launcherSaid()).as("the launcher").doesNotContain("refused: ");
    return answers;
  }

  private String said(String file) throws IOException {
    return must("if [ -f " + file + " ]; then cat " + file + "; fi");
  }

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
