// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.LaunchRegister;
import dev.signet.attestor.ReleaseSession;
import dev.signet.attestor.RequestKey;
import dev.signet.attestor.SealedKey;
import dev.signet.launcher.Answer;
import dev.signet.launcher.AttestationFlow;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.VerifierClient;
import dev.signet.measurements.DsseEnvelope;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
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
import java.util.List;
import java.util.Optional;

/**
 * A launch on a machine by somebody who has the launcher's rights and code in hand: recorded in the
 * TPM as told, with no process behind it.
 */
final class InProcessLaunch implements AutoCloseable {
  private final DemoHost host;
  private final AgentId agent;
  private final LaunchId launch;
  private final Bytes statement;
  private final VerifierClient client;
  private final SealedKey sealedKey;

  private InProcessLaunch(
      DemoHost host,
      AgentId agent,
      LaunchId launch,
      Bytes statement,
      VerifierClient client,
      SealedKey sealedKey) {
    this.host = host;
    this.agent = agent;
    this.launch = launch;
    this.statement = statement;
    this.client = client;
    this.sealedKey = sealedKey;
  }

  /** Records the start of {@code jar} under {@code statement}, whether they fit or not. */
  static InProcessLaunch record(Site site, DemoHost host, AgentId agent, Path jar, Path statement)
      throws Exception {
    return record(
        site,
        host,
        agent,
        List.of(new LaunchEvent.Artifact("agent-jar", Digest.hash(Files.readAllBytes(jar)))),
        statement);
  }

  /** Records a start with these artifacts under {@code statement}, whether they fit or not. */
  static InProcessLaunch record(
      Site site, DemoHost host, AgentId agent, List<LaunchEvent.Artifact> artifacts, Path statement)
      throws Exception {
    Optional<SealedKey> kept = host.attestor().sealedKey(agent);
    SealedKey key =
        kept.isPresent()
            ? kept.get()
            : host.attestor().createSealedKey(agent, EnrolledHost.load(host.state()).approvalKey());
    LaunchId launch = LaunchId.random(site.random());
    byte[] envelope = Files.readAllBytes(statement);
    host.attestor()
        .launchRegister(Site.AS_PROVISIONED)
        .append(
            new LaunchEvent.Start(
                agent,
                launch,
                Digest.hash(DsseEnvelope.parse(envelope).payload().toArray()),
                artifacts,
                "java",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                key.publicKey().thumbprint(),
                KeyProtection.SEALED,
                Digest.hash()));
    return new InProcessLaunch(host, agent, launch, Bytes.of(envelope), host.client(), key);
  }

  /** Of the first agent on the first machine, as it should be. */
  static InProcessLaunch of(Site site) throws Exception {
    return record(site, site.host(), Site.AGENT, site.jar(), site.statement());
  }

  LaunchRegister register() throws IOException {
    return host.attestor().launchRegister(Site.AS_PROVISIONED);
  }

  LaunchId launch() {
    return launch;
  }

  SealedKey sealedKey() {
    return sealedKey;
  }

  VerifierClient client() {
    return client;
  }

  AttestationFlow flow() throws IOException {
    return new AttestationFlow(
        host.attestor(),
        register(),
        client,
        EnrolledHost.load(host.state()).verifier(),
        agent,
        launch,
        statement);
  }

  /** The released key; a refusal is an error here. */
  RequestKey release() throws Exception {
    return switch (flow().release(sealedKey)) {
      case AttestationFlow.Release.Released(RequestKey key) -> key;
      case AttestationFlow.Release refused -> throw new AssertionError(refused.toString());
    };
  }

  /** A granted attestation; a refusal is an error here. */
  AttestationResult attest(RequestKey key) throws Exception {
    return granted(flow().attest(key));
  }

  Challenge challenge(Purpose purpose) throws Exception {
    return granted(
        client.challenge(new ChallengeRequest(host.attestor().akName(), agent, purpose)));
  }

  AttestationRequest evidence(Challenge challenge, RequestKey key) throws IOException {
    return host.attestor().attestEvidence(challenge, agent, launch, register(), statement, key);
  }

  /** What the verifier approves for a policy session with this nonce. */
  Answer<StateApproval.Granted> approval(Challenge challenge, Bytes sessionNonce) throws Exception {
    return client.release(
        host.attestor()
            .releaseEvidence(
                challenge,
                agent,
                launch,
                register(),
                statement,
                sealedKey.publicKey(),
                sessionNonce));
  }

  static <T> T granted(Answer<T> answer) {
    return switch (answer) {
      case Answer.Granted<T>(T value) -> value;
      case Answer.Refused<T> refused -> throw new AssertionError(refused.describe());
    };
  }

  /** Records the stop. */
  @Override
  public void close() throws IOException {
    client.close();
    register().append(new LaunchEvent.Stop(agent, launch, 0, LaunchEvent.Cause.EXITED));
  }

  LaunchEvent stop() {
    return new LaunchEvent.Stop(agent, launch, 0, LaunchEvent.Cause.EXITED);
  }

  StateApproval approve(ReleaseSession session) throws Exception {
    return granted(approval(challenge(Purpose.RELEASE), session.nonce())).approval();
  }

  /** Why the key is not released. */
  String refusal() throws Exception {
    return switch (flow().release(sealedKey)) {
      case AttestationFlow.Release.NotApproved(var problem) -> problem.reason();
      case AttestationFlow.Release.KeptByTpm(var reason, var detail) -> reason + ": " + detail;
      case AttestationFlow.Release.Released(RequestKey key) -> {
        key.close();
        yield "the key came out";
      }
    };
  }

  /** The refusal's name. */
  static String reason(Answer<?> answer) {
    return switch (answer) {
      case Answer.Refused<?> refused -> refused.problem().reason();
      case Answer.Granted<?> granted -> "granted";
    };
  }
}
