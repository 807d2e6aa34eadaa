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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Somebody with the launcher's rights on a host: he can say what he likes, and start anything. */
final class InsiderScenes {
  private static final int REGISTER = 15;

  private final Props props;
  private final World world;
  private final Story story;

  InsiderScenes(Props props) {
    this.props = props;
    this.world = props.world();
    this.story = props.story();
  }

  void approvalTwice() throws Exception {
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

  void bypassedLauncher() throws Exception {
    Path tampered = world.directory().resolve("tampered.jar");
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
                start(launch, key, Digest.hash(Files.readAllBytes(tampered)), props.statement()));
            return switch (flow(world.host(), client, register, launch, props.statement())
                .release(key)) {
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

  void keyElsewhere() throws Exception {
    story.scene(
        "sealed-key-elsewhere",
        "The sealed key and all files are copied to another, admitted machine.",
        "OTHER_KEY",
        () -> {
          // Everything but the TPM is in the thief's hands: an admitted machine on which the
          // agent may run, and a genuine approval of the verifier for a key of his own.
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
                      Digest.hash(Files.readAllBytes(props.jar())),
                      props.statement()));
          copyKeys(world.host().state().resolve("keys"), thief.state().resolve("keys"));
          SealedKey stolen = attestor.sealedKey(World.AGENT).orElseThrow();
          try (ReleaseSession session = stolen.beginRelease()) {
            return kept(
                session.finish(approve(thief, own, session)),
                "an approval names the TPM, the agent and the key");
          }
        });
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
                      Bytes.of(Files.readAllBytes(props.statement())),
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
}
