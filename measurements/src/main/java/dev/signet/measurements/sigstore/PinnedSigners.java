// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.measurements.sigstore.SigstoreBundle.Content;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.util.Collection;
import java.util.Optional;

/** Signatures by keys that somebody pinned: no certificate, no log, no time. */
public final class PinnedSigners {
  private PinnedSigners() {}

  /**
   * Which of {@code keys} has signed; what names a key in a bundle decides nothing.
   *
   * @return empty if none has, or what was signed is of a type that is not known
   */
  public static Optional<PublicJwk> of(Content content, Collection<PublicJwk> keys) {
    Digest signed;
    try {
      signed = BundleVerifier.signed(content);
    } catch (NotAuthenticException e) {
      return Optional.empty();
    }
    return keys.stream()
        .filter(key -> BundleVerifier.valid(content.signature(), signed, key))
        .findFirst();
  }
}
