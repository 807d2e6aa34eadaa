// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * A provisioned host's TPM side: its keys, quotes, evidence and launch register. Safe for use by
 * several threads; the TPM does one thing at a time.
 */
public final class Attestor {
  Attestor() {}

  /**
   * Opens what {@link Provisioning} made.
   *
   * @throws AttestorException NOT_PROVISIONED, STATE_UNREADABLE, TPM_CLEARED, OTHER_TPM
   */
  public static Attestor open(Tpm tpm, Path stateDirectory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** 000B and SHA-256 of the AK's TPMT_PUBLIC, 34 bytes. */
  public Bytes akName() {
    throw new UnsupportedOperationException();
  }

  /** The AK's TPMT_PUBLIC. */
  public Bytes akPublic() {
    throw new UnsupportedOperationException();
  }

  /** TPMT_PUBLIC of the AK's parent, for the Qualified Name. */
  public Bytes akParentPublic() {
    throw new UnsupportedOperationException();
  }

  /** The EK certificate in DER, if the TPM has one. */
  public Optional<Bytes> ekCertificate() {
    throw new UnsupportedOperationException();
  }

  /**
   * @param joinToken may be null
   * @throws IOException also if this TPM has no EK certificate, without which no host can enrol
   */
  public EnrollmentRequest enrollmentRequest(HostId host, String joinToken) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Answers an enrolment's challenge: TPM2_ActivateCredential and a quote. */
  public ActivationRequest activate(EnrollmentChallenge challenge) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Quotes PCRs of the SHA-256 bank; the values returned are those that were quoted. */
  public QuoteEvidence quote(Digest extraData, Collection<Integer> pcrs) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** This agent's sealed key, if there is one. */
  public Optional<SealedKey> sealedKey(AgentId agent) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Makes a new sealed key for the agent, in place of any earlier one. */
  public SealedKey createSealedKey(AgentId agent, PublicJwk approvalKey) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Opens the launch register and repairs it if a crash interrupted an append. */
  public LaunchRegister launchRegister(int pcr) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Evidence for purpose release: quote and log, consistent with each other. */
  public AttestationRequest releaseEvidence(
      Challenge challenge,
      AgentId agent,
      LaunchId launch,
      LaunchRegister register,
      Bytes statement,
      PublicJwk requestKey,
      Bytes sessionNonce)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Evidence for purpose attest, with proof that the request key is in hand. */
  public AttestationRequest attestEvidence(
      Challenge challenge,
      AgentId agent,
      LaunchId launch,
      LaunchRegister register,
      Bytes statement,
      RequestKey requestKey)
      throws IOException {
    throw new UnsupportedOperationException();
  }
}
