// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmAddress;
import dev.signet.bench.Directories;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.service.ServiceProcess;
import dev.signet.cli.Signet;
import dev.signet.demo.image.ImageLayout;
import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.Enrollment;
import dev.signet.launcher.ServerTrust;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.MeasuredAgent;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.OciLayout;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that a launch needs: swtpm, a verifier in a process of its own, this host enrolled there, and
 * a signed statement about an agent.
 */
final class EnrolledSite implements AutoCloseable {
  private static final HostId HOST = new HostId("bench-host");
  private static final AgentId AGENT = new AgentId("spiffe://bench.example/agent/first-request");

  private final SecureRandom random = new SecureRandom();
  private final SigningKey ci = SigningKey.generate(random);
  private final Path directory;
  private final Path jar;
  private final SimulatedTpm tpm;
  private final ServiceProcess service;

  private EnrolledSite(Path directory, TpmMaker maker) throws IOException {
    this.directory = directory;
    jar = directory.resolve("agent.jar");
    tpm = maker.manufacture(directory.resolve("tpm"));
    service =
        ServiceProcess.start(
            Files.readAllBytes(maker.rootFile()), Files.readAllBytes(maker.issuerFile()));
  }

  static EnrolledSite create() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("signet-bench-launch");
    EnrolledSite site =
        new EnrolledSite(
            directory, TpmMaker.in(directory.resolve("maker"), "Bench maker", new SecureRandom()));
    try {
      site.tpm.start();
      site.enrol();
      site.approveAgent();
      return site;
    } catch (IOException | InterruptedException e) {
      site.close();
      throw e;
    }
  }

  Path jar() {
    return jar;
  }

  ServiceProcess service() {
    return service;
  }

  /** {@code signet run} with the agent, to be started as the start script does it. */
  List<String> runCommand(URI url) {
    List<String> command = signet();
    command.addAll(
        List.of(
            "run",
            isolation(),
            "--state",
            state().toString(),
            "--statement",
            directory.resolve("agent.dsse").toString(),
            "--signer",
            directory.resolve("ci.pub.pem").toString(),
            "--jar",
            jar.toString(),
            "--",
            url.toString()));
    return command;
  }

  /** {@code signet run} with an image of the agent and a Java runtime, to be started. */
  List<String> runCommand(ImageLayout image, URI url) throws IOException {
    Path statement = directory.resolve("image.dsse");
    if (!Files.exists(statement)) {
      sign(MeasuredAgent.nothing().image(measured(image)), statement);
    }
    List<String> command = signet();
    command.addAll(
        List.of(
            "run",
            isolation(),
            "--state",
            state().toString(),
            "--statement",
            statement.toString(),
            "--signer",
            directory.resolve("ci.pub.pem").toString(),
            "--image",
            "oci:" + image.directory(),
            "--",
            url.toString()));
    return command;
  }

  /** In full where this host allows it. */
  private static String isolation() {
    try {
      return AgentSpace.missing().isEmpty() ? "--isolation=full" : "--isolation=none";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "--isolation=full";
    }
  }

  private static List<String> signet() {
    List<String> command =
        JavaProcess.launcherCommand(
            Path.of(System.getProperty("signet.launcher.jar")),
            Path.of(System.getProperty("signet.launcher.cache")));
    command.add(Signet.class.getName());
    return command;
  }

  private static ImageMeasurement.Measured measured(ImageLayout image) throws IOException {
    if (ImageRuler.measure(OciLayout.open(image.directory()), ImageSelection.of(image.manifest()))
        instanceof ImageMeasurement.Measured measured) {
      return measured;
    }
    throw new IOException("the agent's image cannot be measured");
  }

  private Path state() {
    return directory.resolve("state");
  }

  private void enrol() throws IOException, InterruptedException {
    try (Tpm connection = Tpm.open(TpmAddress.parse(tpm.address()), random)) {
      Attestor attestor =
          switch (Provisioning.provision(connection, state())) {
            case Provisioning.Outcome.Provisioned(Attestor provisioned, boolean changed) ->
                provisioned;
            case Provisioning.Outcome.AwaitingApproval waiting ->
                throw new IOException("expected an unsealed launcher secret");
            case Provisioning.Outcome.Refused(Provisioning.Reason reason, String detail) ->
                throw new IOException("swtpm was not provisioned: " + reason + ", " + detail);
          };
      Digest tpmHash = Digest.hash(attestor.ekCertificate().orElseThrow().toArray());
      service.operate("POST", "/v1/hosts", Map.of("host", HOST, "tpm", tpmHash));
      Enrollment.Place place =
          new Enrollment.Place(service.url(), new ServerTrust.Pin(service.pin()), tpm.address());
      if (Enrollment.enroll(attestor, place, HOST, Enrollment.Admission.LISTED, state())
          instanceof Answer.Refused<EnrolledHost>(var problem)) {
        throw new IOException("the host was not enrolled: " + problem.reason());
      }
    }
  }

  private void approveAgent() throws IOException, InterruptedException {
    AgentJar.write(jar);
    KeyFiles.create(ci, directory.resolve("ci.pem"), directory.resolve("ci.pub.pem"));
    if (!(JarRuler.measure(jar) instanceof JarMeasurement.Measured measured)) {
      throw new IOException("the agent's JAR cannot be measured");
    }
    sign(MeasuredAgent.nothing().jar("agent.jar", measured), directory.resolve("agent.dsse"));
    service.operate(
        "PUT",
        "/v1/registrations?agent=" + AGENT,
        Map.of(
            "hosts", List.of(HOST),
            "signers", List.of(ci.publicKey()),
            "boot", Map.of("waived", "simulated TPM"),
            "launcher", Map.of("waived", "benchmark")));
  }

  private void sign(MeasuredAgent measured, Path statement) throws IOException {
    Instant now = Instant.now();
    StatementDraft draft =
        new StatementDraft(
            AGENT,
            "1.0",
            1,
            now.minus(Duration.ofHours(1)),
            now.plus(Duration.ofDays(1)),
            null,
            List.of(),
            StatementDraft.Terms.permitting("GET 127.0.0.1:*/weather"));
    byte[] payload = StatementDraft.write(draft.about(measured));
    try {
      Files.write(statement, ci.sign(payload, random).encode());
    } catch (MalformedMessageException e) {
      throw new IOException("the statement cannot be signed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      service.close();
    } finally {
      tpm.close();
      Directories.delete(directory);
    }
  }
}
