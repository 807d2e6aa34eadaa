// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;

/**
 * A reference statement whose signature the caller has verified.
 *
 * @param payloadDigest SHA-256 of the DSSE payload as received
 * @param signer who signed it, as {@link Registration#signers} names him
 */
public record ReferenceValues(ReferenceStatement statement, Digest payloadDigest, String signer) {
  public ReferenceValues {
    if (statement == null || payloadDigest == null || signer == null) {
      throw new IllegalArgumentException("expected a statement, its digest and its signer");
    }
  }
}
