// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.audit.Heard;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.Registrations;

/** What a nonce brought to light: who sent the evidence, and what is expected of it. */
record Known(
    AttestationKeys.Live key, ClockInfo atChallenge, Registrations.Row registered, Heard heard) {}
