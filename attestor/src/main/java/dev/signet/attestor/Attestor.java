// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyCertification;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Lease;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A provisioned host's TPM side: its keys, quotes, evidence and launch register. Safe for use by
 * several threads; the TPM does one thing at a time.
 */
public final class Attestor {
  private final HostTpm host;
  private final AttestorState state;
  private final StateDirectory directory;
  private final HostLogFiles logFiles;

  private Attestor(
      HostTpm host, AttestorState state, StateDirectory directory, HostLogFiles logFiles) {
    this.host = host;
    this.state = state;
    this.directory = directory;
    this.logFiles = logFiles;
  }

  /** The same for a host that keeps no logs of its own, or whose evidence is without them. */
  public static Attestor open(Tpm tpm, Path stateDirectory) throws IOException {
    return open(tpm, stateDirectory, HostLogFiles.NONE);
  }

  /**
   * Opens what {@link Provisioning} made, and makes sure that the TPM still has the keys.
   *
   * @param logFiles the host's own logs, which evidence carries where the verifier wants them
   * @throws AttestorException NOT_PROVISIONED, STATE_UNREADABLE, TPM_CLEARED, OTHER_TPM,
   *     BOOT_NOT_APPROVED
   */
  public static Attestor open(Tpm tpm, Path stateDirectory, HostLogFiles logFiles)
      throws IOException {
    StateDirectory directory = StateDirectory.open(stateDirectory);
    AttestorState state =
        AttestorState.read(directory)
            .filter(found -> found.stage() == AttestorState.Stage.COMPLETE)
            .orElseThrow(
                () ->
                    new AttestorException(
                        AttestorException.Reason.NOT_PROVISIONED,
                        "this host is not provisioned, or not to the end; run signet provision"));
    HostTpm host;
    try {
      host = new HostTpm(tpm, HostKeys.of(state));
    } catch (IOException e) {
      throw new AttestorException(
          AttestorException.Reason.STATE_UNREADABLE,
          "the keys in " + stateDirectory + " are not what was written: " + e.getMessage(),
          e);
    }
    Optional<AttestorException> wrong = tpm.connection().repeatable(new Diagnosis(host.keys())::of);
    if (wrong.isPresent()) {
      throw wrong.get();
    }
    AttestorState usable = state.with(new SecretRelease(tpm, state, directory).secret());
    HostTpm opened = new HostTpm(tpm, HostKeys.of(usable));
    opened.repeatable(
        transaction ->
            opened
                .keys()
                .loadAttestationKey(transaction, transaction.hmacSession(opened.keys().saltKey())));
    return new Attestor(opened, usable, directory, logFiles);
  }

  public Tpm tpm() {
    return host.tpm();
  }

  /** 000B and SHA-256 of the AK's TPMT_PUBLIC, 34 bytes. */
  public Bytes akName() {
    return Bytes.of(host.keys().attestationKey().key().publicArea().name());
  }

  /** The AK's TPMT_PUBLIC. */
  public Bytes akPublic() {
    return state.akPublic();
  }

  /** TPMT_PUBLIC of the AK's parent, for the Qualified Name. */
  public Bytes akParentPublic() {
    return state.akParentPublic();
  }

  /** The EK certificate in DER, if the TPM has one. */
  public Optional<Bytes> ekCertificate() {
    return Optional.ofNullable(state.ekCertificate());
  }

  /** The EK's TPMT_PUBLIC. */
  public Bytes ekPublic() {
    return state.ekPublic();
  }

  /**
   * @param joinToken may be null
   * @param platformCertificate DER, or null
   * @throws IOException if this TPM has no EK certificate, without which no host can enrol
   */
  public EnrollmentRequest enrollmentRequest(
      HostId hostId, String joinToken, Bytes platformCertificate) throws IOException {
    Bytes certificate =
        ekCertificate()
            .orElseThrow(
                () ->
                    new IOException(
                        "this TPM has no EK certificate in NV 0x01c00002, 0x01c0000a or 0x01c00016, so no"
                            + " verifier can tell who made it; ask the machine's maker for it"));
    return new EnrollmentRequest(
        hostId, certificate, platformCertificate, akPublic(), akParentPublic(), joinToken);
  }

  /** Answers an enrolment's challenge: TPM2_ActivateCredential and a quote. */
  public ActivationRequest activate(EnrollmentChallenge challenge) throws IOException {
    byte[] secret =
        host.transact(
            transaction ->
                new CredentialActivation(transaction, host.keys())
                    .activate(
                        challenge.credentialBlob().toArray(),
                        challenge.encryptedSecret().toArray()));
    byte[] input =
        EvidenceInput.forEnrollment(
            challenge.nonce(), challenge.verifier(), akName(), akPublic(), akParentPublic());
    return new ActivationRequest(Bytes.of(secret), quote(Digest.hash(input), challenge.pcrs()));
  }

  /** Quotes PCRs of the SHA-256 bank; the values returned are those that were quoted. */
  public QuoteEvidence quote(Digest extraData, Collection<Integer> pcrs) throws IOException {
    return host.quote(extraData, new TreeSet<>(pcrs));
  }

  /** Has the TPM make a request key for one launch, which never leaves it. */
  public ResidentKey createResidentKey() throws IOException {
    return ResidentKey.create(host);
  }

  /** Makes a software key for a lease, in this process. */
  public RequestKey createLeaseKey() {
    return RequestKey.generate(host.tpm().connection().random());
  }

  /**
   * This agent's sealed key, if there is one. One of an earlier version, which had no key for
   * secrets, counts as none: a new one is made in its place.
   */
  public Optional<SealedKey> sealedKey(AgentId agent) throws IOException {
    return directory
        .child("keys")
        .read(SealedKeyState.file(agent), SealedKeyState.class)
        .filter(found -> found.agent().equals(agent) && found.current())
        .map(found -> new SealedKey(host, found));
  }

  /**
   * Makes a new sealed key for the agent, in place of any earlier one.
   *
   * @param approvalKey the verifier's, as it came with the enrolment's result
   */
  public SealedKey createSealedKey(AgentId agent, PublicJwk approvalKey) throws IOException {
    SealedKeyState made = SealedKey.create(host, agent, approvalKey);
    directory.child("keys").write(SealedKeyState.file(agent), made);
    return new SealedKey(host, made);
  }

  /**
   * Keeps the agent's sealed key if approvals by this key release it, and makes a new one
   * otherwise: a launch and a command that start together get the same one.
   */
  public SealedKey keepOrCreateSealedKey(AgentId agent, PublicJwk approvalKey) throws IOException {
    return new ExclusiveFile(directory.child("keys").path().resolve("lock"))
        .holding(
            () -> {
              Optional<SealedKey> kept = sealedKey(agent);
              // By thumbprint: a JWK may carry a name and a use besides the point.
              String approving = approvalKey.thumbprint();
              return kept.isPresent() && kept.get().approvalKey().thumbprint().equals(approving)
                  ? kept.get()
                  : createSealedKey(agent, approvalKey);
            });
  }

  /** The secrets of one agent on this host. */
  public AgentSecrets secrets(AgentId agent) throws IOException {
    return AgentSecrets.of(directory.child("secrets"), akName().toArray(), agent);
  }

  /** Forgets the agent's sealed key; without its file nobody can ever release it. */
  public void deleteSealedKey(AgentId agent) throws IOException {
    directory.child("keys").delete(SealedKeyState.file(agent));
  }

  /**
   * Opens the launch register, and repairs what a crash left of an append.
   *
   * @param pcr 15 unless configured otherwise
   * @throws IllegalArgumentException for a PCR that cannot serve, 16 and 23 above all
   * @throws AttestorException REGISTER_MOVED, LOG_DAMAGED
   */
  public LaunchRegister launchRegister(int pcr) throws IOException {
    return LaunchRegister.open(host.tpm(), pcr, directory);
  }

  /**
   * Opens the register of choice.
   *
   * @throws IllegalArgumentException for a PCR that cannot serve, 16 and 23 above all
   * @throws AttestorException REGISTER_UNUSABLE, REGISTER_MOVED, LOG_DAMAGED
   */
  public LaunchRegister launchRegister(RegisterChoice choice) throws IOException {
    Appraisal.Register asProvisioned =
        state.register() == null ? Appraisal.Register.PCR : Appraisal.Register.NV;
    return choice.kind().orElse(asProvisioned) == Appraisal.Register.NV
        ? nvLaunchRegister()
        : launchRegister(choice.pcr());
  }

  /** The NV index that provisioning made for a register, if it did. */
  public Optional<NvRegisterInfo> nvRegister() {
    return Optional.ofNullable(state.register())
        .map(index -> new NvRegisterInfo(index.handle(), index.pcr()));
  }

  /**
   * Where an NV register is.
   *
   * @param pcr that moves with it
   */
  public record NvRegisterInfo(int handle, int pcr) {}

  /**
   * Opens the NV launch register that provisioning made: for this boot, if that was not done, and
   * repairs what a crash left of an append.
   *
   * @throws AttestorException REGISTER_UNUSABLE, REGISTER_MOVED, LOG_DAMAGED
   */
  public LaunchRegister nvLaunchRegister() throws IOException {
    if (state.register() == null) {
      throw new AttestorException(
          AttestorException.Reason.REGISTER_UNUSABLE,
          "this host has no NV launch register; run signet provision --register nv");
    }
    return LaunchRegister.open(
        new NvBackend(host, state.register(), state.registerAuth().toArray()),
        host.tpm(),
        directory);
  }

  /**
   * Evidence for purpose release of a launch with a sealed request key: quote and log, consistent
   * with each other.
   *
   * @param statement the DSSE envelope as it was received
   * @param sessionNonce {@link ReleaseSession#nonce()}
   */
  public AttestationRequest releaseEvidence(
      Challenge challenge,
      AgentId agent,
      LaunchId launch,
      LaunchRegister register,
      Bytes statement,
      PublicJwk requestKey,
      Bytes sessionNonce)
      throws IOException {
    return releaseEvidence(
        challenge, agent, launch, register, statement, requestKey, sessionNonce, Optional.empty());
  }

  /**
   * Evidence for purpose release.
   *
   * @param statement the DSSE envelope as it was received
   * @param sealedKey whose release is asked for
   * @param sessionNonce {@link ReleaseSession#nonce()}
   * @param resident the launch's request key, where that is not the sealed one
   */
  public AttestationRequest releaseEvidence(
      Challenge challenge,
      AgentId agent,
      LaunchId launch,
      LaunchRegister register,
      Bytes statement,
      PublicJwk sealedKey,
      Bytes sessionNonce,
      Optional<ResidentKey> resident)
      throws IOException {
    requirePurpose(challenge, Purpose.RELEASE);
    return register.withLog(
        (log, value, clock) -> {
          var parts =
              new EvidenceParts(
                  challenge,
                  akName(),
                  agent,
                  launch,
                  log,
                  statement,
                  resident.map(ResidentKey::publicKey).orElse(sealedKey),
                  resident.isPresent() ? KeyProtection.RESIDENT : KeyProtection.SEALED,
                  sessionNonce,
                  resident.isPresent() ? sealedKey : null,
                  null,
                  logFiles.read(challenge.logs(), clock));
          Quoted quoted = quoteOf(parts, register, value, resident);
          return parts.with(quoted, null, null, logFiles.readIma(challenge.logs(), clock));
        });
  }

  /** Evidence for purpose attest, with proof that the request key is in hand. */
  public AttestationRequest attestEvidence(
      Challenge challenge,
      AgentId agent,
      LaunchId launch,
      LaunchRegister register,
      Bytes statement,
      LaunchKey requestKey)
      throws IOException {
    return attestEvidence(
        challenge, agent, launch, register, statement, requestKey, Optional.empty());
  }

  /**
   * Evidence for purpose attest, with proof that the request key is in hand.
   *
   * @param leased a key that is to sign requests in its place
   */
  public AttestationRequest attestEvidence(
      Challenge challenge,
      AgentId agent,
      LaunchId launch,
      LaunchRegister register,
      Bytes statement,
      LaunchKey requestKey,
      Optional<RequestKey> leased)
      throws IOException {
    requirePurpose(challenge, Purpose.ATTEST);
    Lease lease = leased.map(key -> draft(key, challenge)).orElse(null);
    Optional<ResidentKey> resident =
        requestKey instanceof ResidentKey key ? Optional.of(key) : Optional.empty();
    return register.withLog(
        (log, value, clock) -> {
          var parts =
              new EvidenceParts(
                  challenge,
                  akName(),
                  agent,
                  launch,
                  log,
                  statement,
                  requestKey.publicKey(),
                  requestKey.protection(),
                  null,
                  null,
                  lease,
                  logFiles.read(challenge.logs(), clock));
          Quoted quoted = quoteOf(parts, register, value, resident);
          byte[] input = parts.input();
          return parts.with(
              quoted,
              Bytes.of(requestKey.sign(input)),
              leased.map(key -> Bytes.of(key.sign(input))).orElse(null),
              logFiles.readIma(challenge.logs(), clock));
        });
  }

  /** By the verifier's time, so that the host's clock does not matter. */
  private static Lease draft(RequestKey key, Challenge challenge) {
    return new Lease(
        key.publicKey(),
        challenge.serverTime().plus(Limits.LEASE_LIFE).truncatedTo(ChronoUnit.SECONDS),
        Bytes.of(new byte[64]));
  }

  /** The quote of evidence must show the register that the log replays to. */
  private Quoted quoteOf(
      EvidenceParts parts, LaunchRegister register, Digest value, Optional<ResidentKey> resident)
      throws IOException {
    Digest extraData = parts.extraData();
    QuoteEvidence quote =
        register.quote(host, extraData, new TreeSet<>(parts.challenge().pcrs()), value);
    // A reset that came between the two shows in their counters.
    return new Quoted(
        quote,
        resident.isPresent() ? Optional.of(certify(resident.get(), extraData)) : Optional.empty());
  }

  private KeyCertification certify(ResidentKey key, Digest extraData) throws IOException {
    return host.repeatable(
        transaction -> {
          Session session = transaction.hmacSession(host.keys().saltKey());
          Entity attestationKey = host.keys().loadAttestationKey(transaction, session);
          return key.certify(transaction, attestationKey, session, extraData.toArray());
        });
  }

  private static void requirePurpose(Challenge challenge, Purpose purpose) {
    if (challenge.purpose() != purpose) {
      throw new IllegalArgumentException(
          "expected a challenge for " + purpose + ", got one for " + challenge.purpose());
    }
  }

  @Override
  public String toString() {
    return "Attestor[AK " + akName().toHex() + "]";
  }
}
