// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.LaunchRegister;
import dev.signet.attestor.ReleaseOutcome;
import dev.signet.attestor.ReleaseSession;
import dev.signet.attestor.SealedKey;
import dev.signet.demo.Story.Outcome;
import dev.signet.launcher.Answer;
import dev.signet.launcher.AttestationFlow;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.VerifierClient;
import dev.signet.measurements.KeyFiles;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The scenes, in an order in which each finds what it needs. */
final class Scenes {
  private static final int REGISTER = 15;

  private final World world;
  private final Story story;
  private final Path jar;
  private final Path signer;
  private final Path statement;
  private String captured;

  Scenes(World world, Story story) throws Exception {
    this.world = world;
    this.story = story;
    this.jar = agentJar(world.directory());
    this.signer = world.directory().resolve("ci.pub.pem");
    KeyFiles.create(world.ci(), world.directory().resolve("ci.pem"), signer);
    this.statement = world.statement("agent", jar, 3);
  }

  void play() throws Exception {
    try (AgentRun agent = AgentRun.start(world, world.host(), signer, statement, jar)) {
      goodAgent(agent);
      thefts(agent);
      approvalTwice();
      revocation(agent);
    }
    world.operator("POST", "/v1/reinstatements", revocationOfAgent());
    tamperedJar();
    otherMachines();
    olderBuild();
    reboot();
  }

  private void goodAgent(AgentRun agent) throws Exception {
    story.scene(
        "good-agent",
        "The approved build, started by the launcher, calls the tool service.",
        "ACCEPTED",
        () -> {
          if (!agent.ready()) {
            return Outcome.refused("NOT_STARTED", String.join(" | ", agent.said()));
          }
          agent.said().forEach(line -> story.say("    | " + line));
          agent.ask("GET /weather");
          String answer = agent.ask("POST /notes hello from the agent");
          captured = world.tap().lastRequest();
          return answer.startsWith("200 ")
              ? Outcome.accepted("The service answered: " + answer)
              : Outcome.refused("NOT_ACCEPTED", answer);
        });
  }

  private void thefts(AgentRun agent) throws Exception {
    Thief thief = new Thief(world.tools().port());
    String authority = "127.0.0.1:" + world.tap().port();
    story.scene(
        "stolen-api-key",
        "A thief has the agent's API key and calls the service with it.",
        "UNSIGNED",
        () -> told(thief.callWithApiKey(authority, World.API_KEY), "the key alone is no identity"));
    story.scene(
        "replayed-request",
        "He sends a request that he captured on the wire once more, byte for byte.",
        "REPLAYED",
        () -> told(thief.send(captured), "each signature works once"));
    story.scene(
        "other-path",
        "He uses the captured signature for another path.",
        "BAD_SIGNATURE",
        () ->
            told(
                thief.send(captured.replaceFirst("POST /notes ", "POST /payments ")),
                "the path is signed"));
    story.scene(
        "other-body",
        "He stops a request on its way and passes it on with another body of the same length.",
        "BODY_MISMATCH",
        () -> {
          world.tap().withhold(true);
          agent.ask("POST /notes pay 10 to Alice");
          world.tap().withhold(false);
          return told(thief.send(otherBody(world.tap().lastRequest())), "the body is signed");
        });
    story.scene(
        "stolen-token",
        "He takes the identity token from the wire and signs with a key of his own.",
        "UNKNOWN_KEY",
        () ->
            told(
                thief.send(StolenToken.request(captured, authority, world.random())),
                "the token is bound to the key in the launcher"));
  }

  private static String otherBody(String request) {
    int body = request.indexOf("\r\n\r\n") + 4;
    return request.substring(0, body) + "X".repeat(request.length() - body);
  }

  private void approvalTwice() throws Exception {
    story.scene(
        "approval-twice",
        "Somebody on the host keeps a state approval and gives it to the TPM a second time.",
        "OTHER_SESSION",
        () -> {
          Attestor attestor = world.host().attestor();
          SealedKey key = attestor.sealedKey(World.AGENT).orElseThrow();
          StateApproval approval;
          try (ReleaseSession first = key.beginRelease()) {
            approval = approve(world.host(), key, first);
            if (!(first.finish(approval) instanceof ReleaseOutcome.Released released)) {
              return Outcome.refused("NOT_RELEASED", "the first use should have worked");
            }
            released.key().close();
          }
          try (ReleaseSession second = key.beginRelease()) {
            return kept(second.finish(approval), "the approval is for one policy session");
          }
        });
  }

  private void revocation(AgentRun agent) throws Exception {
    story.scene(
        "revocation",
        "An operator revokes the agent while it runs.",
        "REVOKED",
        () -> {
          long start = System.nanoTime();
          world.operator("POST", "/v1/revocations", revocationOfAgent());
          String answer = agent.ask("GET /weather");
          int calls = 1;
          while (answer.startsWith("200 ") && calls < 1000) {
            answer = agent.ask("GET /weather");
            calls++;
          }
          long ms = (System.nanoTime() - start) / 1_000_000;
          return answer.contains("REVOKED")
              ? Outcome.refused(
                  "REVOKED", "refused " + ms + " ms after the operator's call, at request " + calls)
              : Outcome.refused("NOT_REVOKED", answer);
        });
  }

  private static Map<String, Object> revocationOfAgent() {
    return Map.of("scope", "agent", "value", World.AGENT.value(), "reason", "demo");
  }

  private void tamperedJar() throws Exception {
    Path tampered = world.directory().resolve("tampered.jar");
    Files.copy(jar, tampered);
    Files.write(tampered, new byte[] {'!'}, StandardOpenOption.APPEND);
    story.scene(
        "tampered-jar",
        "Somebody added one byte to the agent's JAR.",
        "MEASUREMENT_MISMATCH",
        () -> refusedRun(statement, tampered));

    try (VerifierClient client = world.host().client()) {
      Attestor attestor = world.host().attestor();
      SealedKey key = attestor.sealedKey(World.AGENT).orElseThrow();
      LaunchId launch = LaunchId.random(world.random());
      LaunchRegister register = attestor.launchRegister(REGISTER);
      story.scene(
          "launcher-bypassed",
          "A patched launcher starts it all the same, measuring it truthfully.",
          "MEASUREMENT_MISMATCH",
          () -> {
            register.append(
                start(launch, key, Digest.hash(Files.readAllBytes(tampered)), statement));
            return switch (flow(world.host(), client, register, launch, statement).release(key)) {
              case AttestationFlow.Release.NotApproved(var problem) ->
                  Outcome.refused(
                      problem.reason(), "the verifier saw the other digest in the quoted log");
              case AttestationFlow.Release.KeptByTpm(var reason, var detail) ->
                  Outcome.refused(reason.name(), detail);
              case AttestationFlow.Release.Released(var released) -> {
                released.close();
                yield Outcome.accepted("the key came out");
              }
            };
          });
      story.scene(
          "tpm-keeps-key",
          "It gives the TPM an approval signed by itself instead.",
          "NOT_THE_APPROVAL_KEY",
          () -> {
            try (ReleaseSession session = key.beginRelease()) {
              return kept(
                  session.finish(ForgedApproval.make(attestor, key, session, world.random())),
                  "the TPM releases the key only for the verifier's signature");
            }
          });
      register.append(new LaunchEvent.Stop(World.AGENT, launch, null, LaunchEvent.Cause.ABORTED));
    }
  }

  private void otherMachines() throws Exception {
    story.scene(
        "sealed-key-elsewhere",
        "The sealed key and all files are copied to another, admitted machine.",
        "OTHER_KEY",
        () -> {
          // Everything but the TPM is in the thief's hands: an admitted machine on which the agent
          // may run, and a genuine approval of the verifier for a key of his own.
          DemoHost thief = world.otherHost();
          Attestor attestor = thief.attestor();
          SealedKey own =
              attestor.createSealedKey(World.AGENT, EnrolledHost.load(thief.state()).approvalKey());
          attestor
              .launchRegister(REGISTER)
              .append(
                  start(
                      LaunchId.random(world.random()),
                      own,
                      Digest.hash(Files.readAllBytes(jar)),
                      statement));
          copyKeys(world.host().state().resolve("keys"), thief.state().resolve("keys"));
          SealedKey stolen = attestor.sealedKey(World.AGENT).orElseThrow();
          try (ReleaseSession session = stolen.beginRelease()) {
            return kept(
                session.finish(approve(thief, own, session)),
                "an approval names the TPM, the agent and the key");
          }
        });
    story.scene(
        "unknown-maker",
        "A machine with a TPM of a maker that nobody pinned wants to enrol.",
        "UNTRUSTED_TPM",
        () -> enrolling(world.unknownMaker(), "its EK certificate leads to no pinned maker"));
    story.scene(
        "not-admitted",
        "A machine with a good TPM that no operator admitted wants to enrol.",
        "NOT_ADMITTED",
        () -> enrolling(world.notAdmitted(), "any genuine TPM is not good enough"));
  }

  private void olderBuild() throws Exception {
    Path older = world.statement("older", jar, 2);
    story.scene(
        "older-build",
        "An older build, validly signed by CI, is started; the floor is security version 3.",
        "ROLLED_BACK",
        () -> refusedRun(older, jar));
  }

  private void reboot() throws Exception {
    story.scene(
        "reboot",
        "The machine reboots; the same agent is started again.",
        "ACCEPTED",
        () -> {
          String key = thumbprint();
          world.host().reboot();
          try (AgentRun agent = AgentRun.start(world, world.host(), signer, statement, jar)) {
            if (!agent.ready()) {
              return Outcome.refused("NOT_STARTED", String.join(" | ", agent.said()));
            }
            String answer = agent.ask("GET /weather");
            boolean same = key.equals(thumbprint());
            return answer.startsWith("200 ") && same
                ? Outcome.accepted("same identity, same key " + key + ", no new enrolment")
                : Outcome.refused("NOT_ACCEPTED", answer);
          }
        });
  }

  private String thumbprint() throws IOException {
    return world.host().attestor().sealedKey(World.AGENT).orElseThrow().publicKey().thumbprint();
  }

  private Outcome refusedRun(Path withStatement, Path withJar) throws Exception {
    try (AgentRun run = AgentRun.start(world, world.host(), signer, withStatement, withJar)) {
      int code = run.waitFor();
      for (String line : run.said()) {
        String refused = "signet: refused: ";
        if (line.startsWith(refused)) {
          String rest = line.substring(refused.length());
          return Outcome.refused(
              rest.substring(0, rest.indexOf(':')), "exit " + code + ", " + rest);
        }
      }
      return Outcome.accepted("exit " + code + ", " + run.said());
    }
  }

  private Outcome enrolling(DemoHost host, String told) throws Exception {
    return switch (host.enroll(world.verifierUrl(), world.verifierTrust(), null)) {
      case Answer.Granted<EnrolledHost> granted -> Outcome.accepted("enrolled");
      case Answer.Refused<EnrolledHost> refused ->
          Outcome.refused(refused.problem().reason(), told);
    };
  }

  private StateApproval approve(DemoHost host, SealedKey key, ReleaseSession session)
      throws Exception {
    LaunchRegister register = host.attestor().launchRegister(REGISTER);
    LaunchId live =
        register.events().stream()
            .filter(LaunchEvent.Start.class::isInstance)
            .reduce((a, b) -> b)
            .orElseThrow()
            .launch();
    try (VerifierClient client = host.client()) {
      Answer<Challenge> challenge =
          client.challenge(
              new ChallengeRequest(host.attestor().akName(), World.AGENT, Purpose.RELEASE));
      if (!(challenge instanceof Answer.Granted<Challenge>(Challenge c))) {
        throw new IOException(challenge.toString());
      }
      Answer<StateApproval.Granted> approval =
          client.release(
              host.attestor()
                  .releaseEvidence(
                      c,
                      World.AGENT,
                      live,
                      register,
                      Bytes.of(Files.readAllBytes(statement)),
                      key.publicKey(),
                      session.nonce()));
      if (!(approval instanceof Answer.Granted<StateApproval.Granted>(StateApproval.Granted g))) {
        throw new IOException(approval.toString());
      }
      return g.approval();
    }
  }

  private AttestationFlow flow(
      DemoHost host, VerifierClient client, LaunchRegister register, LaunchId launch, Path envelope)
      throws IOException {
    return new AttestationFlow(
        host.attestor(),
        register,
        client,
        EnrolledHost.load(host.state()).verifier(),
        World.AGENT,
        launch,
        Bytes.of(Files.readAllBytes(envelope)));
  }

  private LaunchEvent.Start start(LaunchId launch, SealedKey key, Digest measured, Path envelope)
      throws Exception {
    byte[] payload =
        dev.signet.measurements.DsseEnvelope.parse(Files.readAllBytes(envelope))
            .payload()
            .toArray();
    return new LaunchEvent.Start(
        World.AGENT,
        launch,
        Digest.hash(payload),
        List.of(new LaunchEvent.Artifact("agent-jar", measured)),
        "java",
        List.of(world.toolUrl()),
        List.of(),
        List.of("TOOL_API_KEY"),
        List.of(),
        key.publicKey().thumbprint(),
        KeyProtection.SEALED,
        Digest.hash());
  }

  private static Outcome told(Thief.Result result, String why) {
    return result.reason().equals("ACCEPTED")
        ? Outcome.accepted("the service answered " + result.status())
        : Outcome.refused(result.reason(), "status " + result.status() + ": " + why);
  }

  private static Outcome kept(ReleaseOutcome outcome, String why) {
    return switch (outcome) {
      case ReleaseOutcome.Released(var released) -> {
        released.close();
        yield Outcome.accepted("the key came out");
      }
      case ReleaseOutcome.Refused(var reason, var detail) ->
          Outcome.refused(reason.name(), why + " (" + detail + ")");
    };
  }

  private static void copyKeys(Path from, Path to) throws IOException {
    Files.createDirectories(
        to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The demo agent, built beside the demo. */
  private static Path agentJar(Path directory) throws IOException {
    Path lib = Path.of(Scenes.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Path folder =
        Files.isDirectory(lib) ? lib.resolveSibling("signet") : lib.getParent().getParent();
    try (Stream<Path> files = Files.list(folder)) {
      Path built =
          files
              .filter(f -> f.getFileName().toString().endsWith("-agent.jar"))
              .findFirst()
              .orElseThrow(() -> new IOException("expected the demo agent's JAR in " + folder));
      return Files.copy(built, directory.resolve("agent.jar"));
    }
  }
}
