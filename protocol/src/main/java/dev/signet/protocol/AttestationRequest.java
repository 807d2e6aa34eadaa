// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * {@code POST /v1/attestations}: evidence for one agent on one host.
 *
 * @param log the launch log since boot, as on disk (see {@link LaunchLog})
 * @param statement the DSSE envelope as received from CI
 * @param requestKey the key that signs, or will sign, requests; alg ES256, no kid
 * @param sessionNonce for {@link Purpose#RELEASE}: nonceTPM of the policy session, 32 bytes.
 *     Exactly 32, so that a PolicySigned message (68 bytes) can never be taken for a
 *     PolicyAuthorize message (64 bytes). Null otherwise.
 * @param proofOfPossession for {@link Purpose#ATTEST}: ECDSA P-256 signature r || s by the request
 *     key over {@link EvidenceInput#forAttestation}. Null otherwise.
 * @param logs the host's own logs that the challenge wanted
 * @param certification exactly for a resident request key
 * @param sealedKey exactly for {@link Purpose#RELEASE} of a launch whose request key is resident:
 *     the request key that is sealed beside the agent's secrets, which alone are wanted. An
 *     approval is for this one.
 * @param lease for {@link Purpose#ATTEST}, where requests are signed with a lease; null otherwise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AttestationRequest(
    Purpose purpose,
    Bytes nonce,
    Bytes akName,
    AgentId agent,
    LaunchId launch,
    QuoteEvidence quote,
    Bytes log,
    Bytes statement,
    PublicJwk requestKey,
    KeyProtection keyProtection,
    Bytes sessionNonce,
    Bytes proofOfPossession,
    HostLogs logs,
    KeyCertification certification,
    PublicJwk sealedKey,
    Lease lease) {
  public AttestationRequest {
    Require.present(purpose, "purpose");
    Require.size(nonce, Limits.NONCE_BYTES, Limits.NONCE_BYTES, "nonce");
    Require.size(akName, 34, 34, "akName");
    Require.present(agent, "agent");
    Require.present(launch, "launch");
    Require.present(quote, "quote");
    Require.size(log, 1, Limits.LAUNCH_LOG_BYTES, "log");
    Require.size(statement, 1, Limits.STATEMENT_BYTES, "statement");
    Require.present(requestKey, "requestKey");
    Require.present(keyProtection, "keyProtection");
    logs = logs == null ? HostLogs.NONE : logs;
    switch (purpose) {
      case ENROL -> throw new IllegalArgumentException("purpose: expected release or attest");
      case RELEASE -> {
        Require.size(sessionNonce, 32, 32, "sessionNonce");
        absent(proofOfPossession, "proofOfPossession");
        absent(lease, "lease");
      }
      case ATTEST -> {
        absent(sessionNonce, "sessionNonce");
        Require.size(proofOfPossession, 64, 64, "proofOfPossession");
      }
    }
    boolean resident = keyProtection == KeyProtection.RESIDENT;
    if (resident != (certification != null)) {
      throw new IllegalArgumentException(
          "certification: expected exactly where the request key is resident");
    }
    if ((resident && purpose == Purpose.RELEASE) != (sealedKey != null)) {
      throw new IllegalArgumentException(
          "sealedKey: expected exactly for release where the request key is resident");
    }
  }

  /** Of a launch whose sealed request key signs by itself. */
  public AttestationRequest(
      Purpose purpose,
      Bytes nonce,
      Bytes akName,
      AgentId agent,
      LaunchId launch,
      QuoteEvidence quote,
      Bytes log,
      Bytes statement,
      PublicJwk requestKey,
      KeyProtection keyProtection,
      Bytes sessionNonce,
      Bytes proofOfPossession,
      HostLogs logs) {
    this(
        purpose,
        nonce,
        akName,
        agent,
        launch,
        quote,
        log,
        statement,
        requestKey,
        keyProtection,
        sessionNonce,
        proofOfPossession,
        logs,
        null,
        null,
        null);
  }

  /** Without the host's own logs. */
  public AttestationRequest(
      Purpose purpose,
      Bytes nonce,
      Bytes akName,
      AgentId agent,
      LaunchId launch,
      QuoteEvidence quote,
      Bytes log,
      Bytes statement,
      PublicJwk requestKey,
      KeyProtection keyProtection,
      Bytes sessionNonce,
      Bytes proofOfPossession) {
    this(
        purpose,
        nonce,
        akName,
        agent,
        launch,
        quote,
        log,
        statement,
        requestKey,
        keyProtection,
        sessionNonce,
        proofOfPossession,
        HostLogs.NONE);
  }

  /** The key that an approval of this evidence releases. */
  public PublicJwk releasedKey() {
    return sealedKey == null ? requestKey : sealedKey;
  }

  /** Whether requests are signed with the request key itself. */
  public Signing signing() {
    return lease == null ? Signing.DIRECT : Signing.LEASE;
  }

  private static void absent(Object value, String name) {
    if (value != null) {
      throw new IllegalArgumentException(name + ": expected null for this purpose");
    }
  }
}
