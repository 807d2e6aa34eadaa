// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.EnrollmentResult;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StrictJson;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.tpmsim.SoftwareTpm;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A host with a software TPM that runs one agent. */
final class SoftwareHost {
  private static final Digest ZERO = Digest.ofDigest(new byte[32]);
  private static final int REGISTER = 15;

  private final SoftwareTpm tpm;
  private final AgentId agent;
  private final LaunchId launch;
  private final Bytes statement;
  private final PublicJwk requestKey;
  private final RawSigner signer;
  private final Bytes log;
  private final SortedMap<Integer, Digest> pcrs = new TreeMap<>();

  private SoftwareHost(String name, SoftwareTpm tpm, SigningKey ci, SecureRandom random)
      throws GeneralSecurityException, MalformedMessageException {
    this.tpm = tpm;
    agent = new AgentId("spiffe://bench.example/agent/" + name);
    launch = LaunchId.random(random);
    KeyPair pair = SoftwareTpm.p256();
    requestKey = PublicJwk.of((ECPublicKey) pair.getPublic());
    signer = SignatureProviders.detect().signer(pair.getPrivate());
    Digest jar = Digest.hash(name.getBytes(StandardCharsets.UTF_8));
    byte[] payload = StatementDraft.write(statementOf(agent, jar));
    statement = Bytes.of(ci.sign(payload, random).encode());
    byte[] event =
        StrictJson.encode(
            new LaunchEvent.Start(
                agent,
                launch,
                Digest.hash(payload),
                List.of(new LaunchEvent.Artifact(ReferenceStatement.ROLE_AGENT_JAR, jar)),
                "OpenJDK 25",
                List.of("--port", "8080"),
                List.of(),
                List.of("LANG"),
                List.of("uid"),
                requestKey.thumbprint(),
                KeyProtection.SEALED,
                ZERO));
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    lines.writeBytes(
        LaunchLog.baselineLine(
            REGISTER, new LaunchLog.Baseline(ZERO, tpm.resetCount(), tpm.restartCount())));
    lines.writeBytes(LaunchLog.eventLine(1, REGISTER, event));
    log = Bytes.of(lines.toByteArray());
    for (int pcr = 0; pcr < 8; pcr++) {
      pcrs.put(pcr, Digest.hash(new byte[] {(byte) pcr}));
    }
    pcrs.put(REGISTER, Digest.hash(ZERO.toArray(), Digest.hash(event).toArray()));
  }

  /** Admits, registers and enrols a new host whose agent has just been launched. */
  static SoftwareHost enrolled(
      String name,
      ServiceProcess service,
      SoftwareTpmMaker maker,
      SigningKey ci,
      SecureRandom random)
      throws IOException, InterruptedException {
    SoftwareTpm tpm = new SoftwareTpm(SoftwareHost::fastSigner);
    return enrolled(name, service, maker, ci, random, tpm);
  }

  /** The same on a TPM with this endorsement key. */
  static SoftwareHost enrolled(
      String name,
      ServiceProcess service,
      SoftwareTpmMaker maker,
      SigningKey ci,
      SecureRandom random,
      KeyPair ek)
      throws IOException, InterruptedException {
    SoftwareTpm tpm = new SoftwareTpm(SoftwareHost::fastSigner, ek);
    return enrolled(name, service, maker, ci, random, tpm);
  }

  private static SoftwareHost enrolled(
      String name,
      ServiceProcess service,
      SoftwareTpmMaker maker,
      SigningKey ci,
      SecureRandom random,
      SoftwareTpm tpm)
      throws IOException, InterruptedException {
    try {
      SoftwareHost host = new SoftwareHost(name, tpm, ci, random);
      HostId id = new HostId(name);
      Bytes ekCertificate = maker.ekCertificate(tpm);
      Digest tpmHash = Digest.hash(ekCertificate.toArray());
      service.operate("POST", "/v1/hosts", Map.of("host", name, "tpm", tpmHash));
      service.operate(
          "PUT",
          "/v1/registrations?agent=" + host.agent,
          Map.of(
              "hosts", List.of(name),
              "signers", List.of(ci.publicKey()),
              "boot", Map.of("waived", "software TPM"),
              "launcher", Map.of("waived", "benchmark")));
      EnrollmentChallenge challenge =
          service.post(
              "/v1/enrollments",
              new EnrollmentRequest(
                  id, ekCertificate, null, tpm.akPublic(), tpm.parentPublic(), null),
              EnrollmentChallenge.class);
      service.post(
          "/v1/enrollments/" + challenge.enrollment() + "/activation",
          host.activation(challenge),
          EnrollmentResult.class);
      return host;
    } catch (GeneralSecurityException | MalformedMessageException e) {
      throw new IOException("a software host cannot be made: " + e.getMessage(), e);
    }
  }

  /** Evidence is to be made faster than it is checked. */
  private static SoftwareTpm.Signer fastSigner(PrivateKey key) throws GeneralSecurityException {
    RawSigner signer = SignatureProviders.detect().signer(key);
    return message -> {
      try {
        return signer.sign(message);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  PublicJwk requestKey() {
    return requestKey;
  }

  RawSigner signer() {
    return signer;
  }

  ChallengeRequest challengeRequest() {
    return new ChallengeRequest(tpm.akName(), agent, Purpose.ATTEST);
  }

  /** Evidence for {@link Purpose#ATTEST}. Must be delivered in the order in which it was made. */
  AttestationRequest evidence(Challenge challenge) throws IOException {
    QuoteEvidence none = new QuoteEvidence(Bytes.of(new byte[1]), Bytes.of(new byte[1]), List.of());
    byte[] input =
        EvidenceInput.forAttestation(request(challenge, none, new byte[64]), challenge.verifier());
    return request(challenge, tpm.quote(input, pcrs), signer.sign(input));
  }

  private AttestationRequest request(Challenge challenge, QuoteEvidence quote, byte[] proof) {
    return new AttestationRequest(
        Purpose.ATTEST,
        challenge.nonce(),
        tpm.akName(),
        agent,
        launch,
        quote,
        log,
        statement,
        requestKey,
        KeyProtection.SEALED,
        null,
        Bytes.of(proof));
  }

  private ActivationRequest activation(EnrollmentChallenge challenge)
      throws GeneralSecurityException, IOException {
    byte[] input =
        EvidenceInput.forEnrollment(
            challenge.nonce(),
            challenge.verifier(),
            tpm.akName(),
            tpm.akPublic(),
            tpm.parentPublic());
    return new ActivationRequest(
        tpm.activate(challenge.credentialBlob(), challenge.encryptedSecret()),
        tpm.quote(input, pcrs));
  }

  private static ReferenceStatement statementOf(AgentId agent, Digest jar) {
    Instant now = Instant.now();
    return new ReferenceStatement(
        ReferenceStatement.STATEMENT_TYPE,
        List.of(
            new ReferenceStatement.Subject(
                "agent.jar", new ReferenceStatement.Sha256(jar.toHex()))),
        ReferenceStatement.PREDICATE_TYPE,
        new ReferenceStatement.Predicate(
            agent,
            "1.0",
            3,
            new ReferenceStatement.Validity(
                now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1))),
            List.of(new ReferenceStatement.Artifact(ReferenceStatement.ROLE_AGENT_JAR, jar, 1000)),
            new ReferenceStatement.Launch(null, List.of("LANG"))));
  }
}
