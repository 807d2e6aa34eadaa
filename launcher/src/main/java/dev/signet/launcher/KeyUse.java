// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.Signing;
import java.util.Objects;

/**
 * How a launch's request key is kept, and whether it signs requests itself. The launch event and
 * every attestation result say so.
 */
public record KeyUse(KeyProtection protection, Signing signing) {
  /** Sealed, and signing itself. */
  public static final KeyUse DEFAULT = new KeyUse(KeyProtection.SEALED, Signing.DIRECT);

  public KeyUse {
    Objects.requireNonNull(protection, "protection");
    Objects.requireNonNull(signing, "signing");
  }
}
