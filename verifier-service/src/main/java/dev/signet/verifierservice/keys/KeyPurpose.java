// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.Limits;
import java.time.Duration;
import java.util.Optional;

/** What a key signs; a key has one purpose. */
public enum KeyPurpose {
  TOKEN("token", Limits.TOKEN_LIFE_MAX),
  SNAPSHOT("snapshot", null),
  APPROVAL("approval", null),
  /** Checkpoints of the audit log. */
  AUDIT("audit", null),
  /** X509-SVIDs: the trust domain's root. */
  X509("x509", Limits.SVID_LIFE_MAX),
  /** JWT-SVIDs and tokens for federation by OpenID Connect. */
  JWT("jwt", Limits.FEDERATION_TOKEN_LIFE_MAX),
  /** WIT-SVIDs of keys that agents hold: no service of Signet takes them for identity tokens. */
  WIT("wit", Limits.SVID_LIFE_MAX),
  /** Attestation results. */
  EAR("ear", Limits.TOKEN_LIFE_MAX);

  private final String wireName;
  private final Duration signedLife;

  KeyPurpose(String wireName, Duration signedLife) {
    this.wireName = wireName;
    this.signedLife = signedLife;
  }

  /** As {@code signet_purpose} in {@code GET /v1/keys}. */
  public String wireName() {
    return wireName;
  }

  /**
   * How long the longest-lived thing lives that such a key signs; nothing where the key cannot be
   * replaced while it is in use.
   */
  public Optional<Duration> signedLife() {
    return Optional.ofNullable(signedLife);
  }

  /** The purpose with that {@link #wireName}. */
  public static Optional<KeyPurpose> named(String wireName) {
    for (KeyPurpose purpose : values()) {
      if (purpose.wireName.equals(wireName)) {
        return Optional.of(purpose);
      }
    }
    return Optional.empty();
  }
}
