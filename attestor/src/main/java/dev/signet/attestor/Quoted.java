// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.KeyCertification;
import dev.signet.protocol.QuoteEvidence;
import java.util.Optional;

/**
 * What the attestation key signed for one piece of evidence.
 *
 * @param certification of a resident request key
 */
record Quoted(QuoteEvidence quote, Optional<KeyCertification> certification) {}
