// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes into evidence besides the quote, which is over all of it.
 *
 * @param sessionNonce of the release session, null for attest
 * @param logs the host's own, as the challenge wants them
 */
record EvidenceParts(
    Challenge challenge,
    Bytes akName,
    AgentId agent,
    LaunchId launch,
    Bytes log,
    Bytes statement,
    PublicJwk requestKey,
    Bytes sessionNonce,
    HostLogs logs) {

  Purpose purpose() {
    return challenge.purpose();
  }

  /** The evidence input ({@code docs/protocol.md}). */
  byte[] input() {
    List<byte[]> parts = new ArrayList<>();
    parts.add(agent.value().getBytes(StandardCharsets.UTF_8));
    parts.add(launch.value().getBytes(StandardCharsets.UTF_8));
    parts.add(log.toArray());
    parts.add(statement.toArray());
    parts.add(requestKey.point());
    parts.add(KeyProtection.SEALED.wireName().getBytes(StandardCharsets.UTF_8));
    parts.add(sessionNonce == null ? Octets.NONE : sessionNonce.toArray());
    parts.addAll(logs.parts());
    return EvidenceInput.of(
        purpose(), challenge.nonce(), challenge.verifier(), akName, parts.toArray(byte[][]::new));
  }

  Digest extraData() {
    return Digest.hash(input());
  }

  AttestationRequest with(QuoteEvidence quote, Bytes proofOfPossession, HostLogs.Ima ima) {
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
            proofOfPossession,
            logs.with(ima));
    // What the verifier will compute from the message must be what was quoted.
    if (!Digest.hash(EvidenceInput.forAttestation(request, challenge.verifier()))
        .equals(extraData())) {
      throw new IllegalStateException("the evidence input differs from the protocol's");
    }
    return request;
  }
}
