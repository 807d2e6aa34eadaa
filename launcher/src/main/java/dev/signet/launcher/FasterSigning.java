// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.RequestKey;
import dev.signet.requestsignatures.SignatureProviders;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Optional;

/** Has keys in memory sign natively where this machine can. */
final class FasterSigning {
  private FasterSigning() {}

  /** Loading a native library takes a tenth of a second; an agent's start need not wait for it. */
  static void begin(RequestKey key) {
    Thread.ofPlatform().daemon().name("signet-crypto").start(() -> signFaster(key));
  }

  private static void signFaster(RequestKey key) {
    try {
      Optional<Provider> corretto = SignatureProviders.corretto();
      if (corretto.isPresent()) {
        key.using(corretto.get());
      }
    } catch (GeneralSecurityException | IllegalStateException e) {
      // It does not take the key, or the launch is over: what signs now goes on signing.
      return;
    }
  }
}
