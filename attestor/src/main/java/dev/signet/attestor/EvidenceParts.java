// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import java.nio.charset.StandardCharsets;

/**
 * What goes into evidence besides the quote, which is over all of it.
 *
 * @param sessionNonce of the release session, null for attest
 */
record EvidenceParts(
    Challenge challenge,
    Bytes akName,
    AgentId agent,
    LaunchId launch,
    Bytes log,
    Bytes statement,
    PublicJwk requestKey,
    Bytes sessionNonce) {

  Purpose purpose() {
    return challenge.purpose();
  }

  /** The evidence input ({@code docs/protocol.md}). */
  byte[] input() {
    return EvidenceInput.of(
        purpose(),
        challenge.nonce(),
        challenge.verifier(),
        akName,
        agent.value().getBytes(StandardCharsets.UTF_8),
        launch.value().getBytes(StandardCharsets.UTF_8),
        log.toArray(),
        statement.toArray(),
        requestKey.point(),
        KeyProtection.SEALED.wireName().getBytes(StandardCharsets.UTF_8),
        sessionNonce == null ? Octets.NONE : sessionNonce.toArray());
  }

  Digest extraData() {
    return Digest.hash(input());
  }

  AttestationRequest with(QuoteEvidence quote, Bytes proofOfPossession) {
    AttestationRequest request =
        new AttestationRequest(
            purpose(),
            challenge.nonce(),
            akName,
            agent,
            launch,
            quote,
            log,
            statement,
            requestKey,
            KeyProtection.SEALED,
            sessionNonce,
            proofOfPossession);
    // What the verifier will compute from the message must be what was quoted.
    if (!Digest.hash(EvidenceInput.forAttestation(request, challenge.verifier()))
        .equals(extraData())) {
      throw new IllegalStateException("the evidence input differs from the protocol's");
    }
    return request;
  }
}
