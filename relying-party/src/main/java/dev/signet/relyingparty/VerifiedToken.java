// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.requestsignatures.VerificationKey;
import java.util.List;

/**
 * An identity token whose signature is good. Only {@link TokenVerifier} makes one. It may be
 * expired or revoked by the time that it is looked at again.
 *
 * @param key the key that signs the agent's requests
 * @param issuedAt seconds since 1970
 * @param expires seconds since 1970
 * @param tpm the TPM as revocations name it
 * @param measurements the artifacts as revocations name them
 */
record VerifiedToken(
    AgentIdentity agent,
    VerificationKey key,
    long issuedAt,
    long expires,
    String tpm,
    List<String> measurements) {}
