// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;

/**
 * Whose evidence it is said to be.
 *
 * @param host the host that the attestation key was enrolled for, from the verifier's own records
 */
public record Claim(
    HostId host,
    AgentId agent,
    LaunchId launch,
    PublicJwk requestKey,
    KeyProtection keyProtection) {
  public static Claim of(HostId host, AttestationRequest request) {
    return new Claim(
        host, request.agent(), request.launch(), request.requestKey(), request.keyProtection());
  }
}
