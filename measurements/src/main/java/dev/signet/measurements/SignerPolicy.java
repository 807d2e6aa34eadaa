// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.PublicJwk;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Whose reference statements are believed: P-256 keys that somebody pinned. A policy without keys
 * believes nobody.
 */
public final class SignerPolicy {
  private final List<PublicJwk> keys;

  private SignerPolicy(List<PublicJwk> keys) {
    this.keys = keys;
  }

  /** Believes whatever at least one of {@code keys} has signed. */
  public static SignerPolicy pinned(Collection<PublicJwk> keys) {
    LinkedHashSet<PublicJwk> distinct = new LinkedHashSet<>();
    for (PublicJwk key : keys) {
      distinct.add(PublicJwk.of(key.x(), key.y()));
    }
    return new SignerPolicy(List.copyOf(distinct));
  }

  List<PublicJwk> keys() {
    return keys;
  }
}
