// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.PublicJwk;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Whose reference statements are believed: P-256 keys that somebody pinned, and keyless signers
 * under one trusted root. A policy without either believes nobody.
 */
public final class SignerPolicy {
  private final List<PublicJwk> keys;
  private final List<SignerIdentity> identities;
  private final TrustedRoot root;

  private SignerPolicy(List<PublicJwk> keys, List<SignerIdentity> identities, TrustedRoot root) {
    this.keys = keys;
    this.identities = identities;
    this.root = root;
  }

  /** Believes whatever at least one of {@code keys} has signed. */
  public static SignerPolicy pinned(Collection<PublicJwk> keys) {
    return new SignerPolicy(distinct(keys), List.of(), null);
  }

  /**
   * Believes whatever at least one of {@code keys} has signed, or one of {@code identities} under
   * {@code root}.
   */
  public static SignerPolicy keyless(
      Collection<PublicJwk> keys, Collection<SignerIdentity> identities, TrustedRoot root) {
    if (root == null) {
      throw new IllegalArgumentException("expected a trusted root for keyless signers");
    }
    return new SignerPolicy(distinct(keys), List.copyOf(identities), root);
  }

  public List<PublicJwk> keys() {
    return keys;
  }

  public List<SignerIdentity> identities() {
    return identities;
  }

  /** Present if there are identities. */
  public Optional<TrustedRoot> root() {
    return Optional.ofNullable(root);
  }

  private static List<PublicJwk> distinct(Collection<PublicJwk> keys) {
    LinkedHashSet<PublicJwk> distinct = new LinkedHashSet<>();
    for (PublicJwk key : keys) {
      distinct.add(PublicJwk.of(key.x(), key.y()));
    }
    return List.copyOf(distinct);
  }
}
