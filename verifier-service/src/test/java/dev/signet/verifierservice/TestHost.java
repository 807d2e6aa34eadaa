// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.EnrollmentResult;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostId;
import dev.signet.protocol.HostLogs;
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
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.tpmsim.SoftwareTpm;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A host with a software TPM that speaks the protocol, one step at a time. */
final class TestHost {
  static final SecureRandom RANDOM = new SecureRandom();
  static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  static final SigningKey CI = SigningKey.generate(RANDOM);
  private static final Digest ZERO = Digest.ofDigest(new byte[32]);

  final TestVerifier verifier;
  final HostId host;
  SoftwareTpm tpm;
  final Bytes ekCertificate;

  /** Shown at the enrolment; null for none. */
  Bytes platformCertificate;

  AgentId agent = AGENT;
  KeyPair requestKeyPair = SoftwareTpm.p256();
  LaunchId launch;
  Bytes statement;

  /** What is registered of its boot. */
  String boot = "{\"waived\":\"software TPM\"}";

  /** What the machine did before, if it is known in detail: its log goes where it is wanted. */
  FirmwareLogMaker firmware;

  Digest osPcr = Digest.hash(new byte[] {4});

  /** The value of PCR 10, where the verifier asks for it. */
  Digest imaPcr;

  private final List<LaunchEvent> events = new ArrayList<>();

  TestHost(TestVerifier verifier, String host) {
    this(verifier, host, verifier.maker);
  }

  TestHost(TestVerifier verifier, String host, SoftwareTpmMaker maker) {
    this.verifier = verifier;
    this.host = new HostId(host);
    this.tpm = new SoftwareTpm();
    this.ekCertificate = maker.ekCertificate(tpm);
  }

  /** The TPM of {@code other} with another certificate for the same EK. */
  TestHost(TestHost other, String host) {
    this.verifier = other.verifier;
    this.host = new HostId(host);
    this.tpm = other.tpm;
    this.ekCertificate = verifier.maker.ekCertificate(tpm);
  }

  private TestHost(TestHost original) {
    this.verifier = original.verifier;
    this.host = original.host;
    this.tpm = original.tpm.copy();
    this.ekCertificate = original.ekCertificate;
    this.requestKeyPair = original.requestKeyPair;
    this.launch = original.launch;
    this.statement = original.statement;
    this.events.addAll(original.events);
  }

  /** A second one with all that this one has now, as a copied virtual machine is. */
  TestHost copied() {
    return new TestHost(this);
  }

  /** The host starts anew: another boot, an empty log, no launch yet. */
  void reboot() {
    tpm.reset();
    events.clear();
  }

  Digest tpmHash() {
    return Digest.hash(ekCertificate.toArray());
  }

  PublicJwk requestKey() {
    return PublicJwk.of((ECPublicKey) requestKeyPair.getPublic());
  }

  TestHost admitted() throws IOException, InterruptedException {
    verifier.operator(
        "POST", "/v1/hosts", "{\"host\":\"" + host + "\",\"tpm\":\"" + tpmHash() + "\"}");
    return this;
  }

  /** Registers the agent for this host alone. */
  TestHost registered() throws IOException, InterruptedException {
    register(agent, "\"" + host + "\"");
    return this;
  }

  void register(AgentId id, String hosts) throws IOException, InterruptedException {
    register(id, hosts, CI);
  }

  void register(AgentId id, String hosts, SigningKey signer)
      throws IOException, InterruptedException {
    register(id, hosts, signer.publicKey());
  }

  /** Registers the agent for this host, with what it may have beside its identity token. */
  TestHost permitted(String svids) throws IOException, InterruptedException {
    register(agent, "\"" + host + "\"", CI.publicKey(), ",\"svids\":" + svids);
    return this;
  }

  /** Registers the agent for this host, with a policy for IMA's log. */
  void registered(Digest imaPolicy) throws IOException, InterruptedException {
    String ima = ",\"ima\":{\"policy\":\"" + imaPolicy + "\"}";
    register(agent, "\"" + host + "\"", CI.publicKey(), ima);
  }

  void register(AgentId id, String hosts, PublicJwk signer)
      throws IOException, InterruptedException {
    register(id, hosts, signer, "");
  }

  private void register(AgentId id, String hosts, PublicJwk signer, String more)
      throws IOException, InterruptedException {
    verifier.operator(
        "PUT",
        "/v1/registrations?agent=" + id,
        "{\"hosts\":["
            + hosts
            + "],\"signers\":["
            + new String(StrictJson.encode(signer), java.nio.charset.StandardCharsets.UTF_8)
            + "],\"boot\":"
            + boot
            + ",\"launcher\":{\"waived\":\"test\"}"
            + more
            + "}");
  }

  EnrollmentRequest enrollmentRequest(String joinToken) {
    return new EnrollmentRequest(
        host, ekCertificate, platformCertificate, tpm.akPublic(), tpm.parentPublic(), joinToken);
  }

  EnrollmentChallenge beginEnrollment(String joinToken) throws IOException, InterruptedException {
    return verifier.good(
        "POST", "/v1/enrollments", null, enrollmentRequest(joinToken), EnrollmentChallenge.class);
  }

  ActivationRequest activation(EnrollmentChallenge challenge) {
    try {
      Bytes secret = tpm.activate(challenge.credentialBlob(), challenge.encryptedSecret());
      return new ActivationRequest(secret, enrollmentQuote(challenge));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  QuoteEvidence enrollmentQuote(EnrollmentChallenge challenge) {
    byte[] input =
        EvidenceInput.forEnrollment(
            challenge.nonce(),
            challenge.verifier(),
            tpm.akName(),
            tpm.akPublic(),
            tpm.parentPublic());
    return tpm.quote(input, pcrs());
  }

  EnrollmentResult activate(EnrollmentChallenge challenge)
      throws IOException, InterruptedException {
    return verifier.good(
        "POST", activationPath(challenge), null, activation(challenge), EnrollmentResult.class);
  }

  static String activationPath(EnrollmentChallenge challenge) {
    return "/v1/enrollments/" + challenge.enrollment() + "/activation";
  }

  TestHost enrolled() throws IOException, InterruptedException {
    activate(beginEnrollment(null));
    return this;
  }

  /** Admitted, enrolled, registered, launched. */
  TestHost ready() throws IOException, InterruptedException {
    admitted().registered().enrolled().launch();
    return this;
  }

  static Bytes statement(AgentId agent, long securityVersion, Digest jar) {
    Instant now = Instant.now();
    StatementDraft draft =
        new StatementDraft(
            agent,
            "1.0",
            securityVersion,
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(1)),
            null,
            List.of("LANG"));
    ReferenceStatement statement =
        new ReferenceStatement(
            ReferenceStatement.STATEMENT_TYPE,
            List.of(
                new ReferenceStatement.Subject(
                    "agent.jar", new ReferenceStatement.Sha256(jar.toHex()))),
            ReferenceStatement.PREDICATE_TYPE,
            new ReferenceStatement.Predicate(
                agent,
                draft.version(),
                securityVersion,
                new ReferenceStatement.Validity(draft.notBefore(), draft.notAfter()),
                List.of(
                    new ReferenceStatement.Artifact(ReferenceStatement.ROLE_AGENT_JAR, jar, 1000)),
                new ReferenceStatement.Launch(null, List.of("LANG"))));
    try {
      return Bytes.of(CI.sign(StatementDraft.write(statement), RANDOM).encode());
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  static final Digest JAR =
      Digest.hash("agent.jar".getBytes(java.nio.charset.StandardCharsets.UTF_8));

  void launch() {
    launch(3, JAR, JAR);
  }

  /**
   * @param approved what the statement names
   * @param launched what was measured
   */
  void launch(long securityVersion, Digest approved, Digest launched) {
    statement = statement(agent, securityVersion, approved);
    launch = LaunchId.random(RANDOM);
    events.add(
        new LaunchEvent.Start(
            agent,
            launch,
            statementDigest(),
            List.of(new LaunchEvent.Artifact("agent-jar", launched)),
            "OpenJDK 25",
            List.of(),
            List.of(),
            List.of("LANG"),
            List.of("uid"),
            requestKey().thumbprint(),
            KeyProtection.SEALED,
            ZERO));
  }

  /** As launch events, tokens and revocations name it. */
  Digest statementDigest() {
    try {
      return Digest.hash(
          dev.signet.measurements.DsseEnvelope.parse(statement.toArray()).payload().toArray());
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  SortedMap<Integer, Digest> pcrs() {
    Digest register = ZERO;
    for (LaunchEvent event : events) {
      register = Digest.hash(register.toArray(), Digest.hash(StrictJson.encode(event)).toArray());
    }
    SortedMap<Integer, Digest> pcrs = new TreeMap<>(Map.of(4, osPcr, 7, ZERO, 15, register));
    if (firmware != null) {
      pcrs.putAll(firmware.pcrs());
    }
    if (imaPcr != null) {
      pcrs.put(10, imaPcr);
    }
    return pcrs;
  }

  Bytes log() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        LaunchLog.baselineLine(
            15, new LaunchLog.Baseline(ZERO, tpm.resetCount(), tpm.restartCount())));
    int recnum = 1;
    for (LaunchEvent event : events) {
      out.writeBytes(LaunchLog.eventLine(recnum++, 15, StrictJson.encode(event)));
    }
    return Bytes.of(out.toByteArray());
  }

  Challenge challenge(Purpose purpose) throws IOException, InterruptedException {
    return verifier.good(
        "POST",
        "/v1/challenges",
        null,
        new ChallengeRequest(tpm.akName(), agent, purpose),
        Challenge.class);
  }

  /** Evidence over {@code nonce}, right in everything. */
  AttestationRequest evidence(Purpose purpose, Bytes nonce, String issuer) {
    return evidence(purpose, nonce, issuer, HostLogs.NONE);
  }

  /** The same with the host's own logs. */
  AttestationRequest evidence(Purpose purpose, Bytes nonce, String issuer, HostLogs logs) {
    Bytes sessionNonce = purpose == Purpose.RELEASE ? Bytes.of(RANDOM.generateSeed(32)) : null;
    AttestationRequest blank =
        request(
            purpose,
            nonce,
            new QuoteEvidence(Bytes.of(new byte[1]), Bytes.of(new byte[1]), List.of()),
            sessionNonce,
            new byte[64],
            logs);
    byte[] input = EvidenceInput.forAttestation(blank, issuer);
    return request(
        purpose,
        nonce,
        tpm.quote(input, pcrs()),
        sessionNonce,
        SoftwareTpm.sign(requestKeyPair.getPrivate(), input),
        logs);
  }

  private AttestationRequest request(
      Purpose purpose,
      Bytes nonce,
      QuoteEvidence quote,
      Bytes sessionNonce,
      byte[] proof,
      HostLogs logs) {
    return new AttestationRequest(
        purpose,
        nonce,
        tpm.akName(),
        agent,
        launch,
        quote,
        log(),
        statement,
        requestKey(),
        KeyProtection.SEALED,
        sessionNonce,
        purpose == Purpose.ATTEST ? Bytes.of(proof) : null,
        logs);
  }

  AttestationRequest freshEvidence(Purpose purpose) throws IOException, InterruptedException {
    Challenge challenge = challenge(purpose);
    boolean wanted =
        firmware != null && challenge.logs().wantsFirmware(tpm.resetCount(), tpm.restartCount());
    return evidence(
        purpose,
        challenge.nonce(),
        verifier.issuer,
        wanted ? new HostLogs(firmware.log()) : HostLogs.NONE);
  }

  AttestationResult attest() throws IOException, InterruptedException {
    return verifier.good(
        "POST", "/v1/attestations", null, freshEvidence(Purpose.ATTEST), AttestationResult.class);
  }

  HttpResponse<byte[]> submit(AttestationRequest evidence)
      throws IOException, InterruptedException {
    return verifier.call("POST", "/v1/attestations", null, evidence);
  }

  String refused(AttestationRequest evidence) throws IOException, InterruptedException {
    return TestVerifier.problem(submit(evidence)).reason();
  }
}
