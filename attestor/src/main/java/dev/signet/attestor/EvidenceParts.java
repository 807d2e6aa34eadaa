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
import dev.signet.protocol.Lease;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes into evidence besides the quote, which is over all of it.
 *
 * @param sessionNonce of the release session, null for attest
 * @param sealedKey whose release is asked for, where it is not the request key's; else null
 * @param lease with a proof yet to be made, or null
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
    KeyProtection protection,
    Bytes sessionNonce,
    PublicJwk sealedKey,
    Lease lease,
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
    parts.add(protection.wireName().getBytes(StandardCharsets.UTF_8));
    parts.add(sessionNonce == null ? Octets.NONE : sessionNonce.toArray());
    parts.add(otherKey());
    parts.addAll(logs.parts());
    return EvidenceInput.of(
        purpose(), challenge.nonce(), challenge.verifier(), akName, parts.toArray(byte[][]::new));
  }

  /** About keys beside the request key. */
  private byte[] otherKey() {
    if (lease != null) {
      return Lease.part(lease.key(), lease.notAfter());
    }
    return sealedKey == null ? Octets.NONE : sealedKey.point();
  }

  Digest extraData() {
    return Digest.hash(input());
  }

  /**
   * @param proofOfPossession null for release
   * @param leaseProof null without a lease
   */
  AttestationRequest with(
      Quoted quoted, Bytes proofOfPossession, Bytes leaseProof, HostLogs.Ima ima) {
    AttestationRequest request =
        new AttestationRequest(
            purpose(),
            challenge.nonce(),
            akName,
            agent,
            launch,
            quoted.quote(),
            log,
            statement,
            requestKey,
            protection,
            sessionNonce,
            proofOfPossession,
            logs.with(ima),
            quoted.certification().orElse(null),
            sealedKey,
            lease == null ? null : new Lease(lease.key(), lease.notAfter(), leaseProof));
    // What the verifier will compute from the message must be what was quoted.
    if (!Digest.hash(EvidenceInput.forAttestation(request, challenge.verifier()))
        .equals(extraData())) {
      throw new IllegalStateException("the evidence input differs from the protocol's");
    }
    return request;
  }
}
