// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Signing;

/**
 * Whose evidence it is said to be.
 *
 * @param host the host that the attestation key was enrolled for, from the verifier's own records
 * @param keyProtection proven by the caller where it is resident, else the launcher's word
 * @param signing whether the request key signs requests itself; null for a release, which shows no
 *     request signed
 */
public record Claim(
    HostId host,
    AgentId agent,
    LaunchId launch,
    PublicJwk requestKey,
    KeyProtection keyProtection,
    Signing signing) {
  /** Of a request key that signs by itself. */
  public Claim(
      HostId host,
      AgentId agent,
      LaunchId launch,
      PublicJwk requestKey,
      KeyProtection keyProtection) {
    this(host, agent, launch, requestKey, keyProtection, Signing.DIRECT);
  }

  public static Claim of(HostId host, AttestationRequest request) {
    return new Claim(
        host,
        request.agent(),
        request.launch(),
        request.requestKey(),
        request.keyProtection(),
        request.purpose() == Purpose.ATTEST ? request.signing() : null);
  }
}
