// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.measurements.SignerPolicy;
import dev.signet.protocol.ReferenceStatement;
import java.util.Set;
import java.util.TreeSet;

/**
 * What counts as an image's signature.
 *
 * @param signers by whom; nobody is believed if it names nobody
 * @param attestations predicate types of other in-toto statements that count as well. Without any,
 *     only signatures and reference statements do: who attests, say, what a scan has found has not
 *     said that the image is good
 */
public record ImageSignaturePolicy(SignerPolicy signers, Set<String> attestations) {
  /** What {@code cosign sign} writes. */
  static final String COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1";

  private static final int MAX_CHARS = 1024;

  public ImageSignaturePolicy {
    attestations = Set.copyOf(attestations);
    for (String type : attestations) {
      if (type.isEmpty() || type.length() > MAX_CHARS || type.chars().anyMatch(c -> c <= ' ')) {
        throw new IllegalArgumentException(
            "attestation: expected a predicate type of 1 to 1024 characters without spaces");
      }
    }
  }

  /** Signatures and reference statements only. */
  public static ImageSignaturePolicy by(SignerPolicy signers) {
    return new ImageSignaturePolicy(signers, Set.of());
  }

  boolean accepts(String predicateType) {
    return predicateType.equals(COSIGN_SIGN)
        || predicateType.equals(ReferenceStatement.PREDICATE_TYPE)
        || attestations.contains(predicateType);
  }

  /** For messages. */
  Set<String> accepted() {
    Set<String> all = new TreeSet<>(attestations);
    all.add(COSIGN_SIGN);
    all.add(ReferenceStatement.PREDICATE_TYPE);
    return all;
  }
}
