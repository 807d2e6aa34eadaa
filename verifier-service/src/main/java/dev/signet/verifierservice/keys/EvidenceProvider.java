// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.requestsignatures.SignatureProviders;
import java.security.Provider;
import java.security.Security;

/** The provider that {@link SignatureProviders} found fit, for code that takes a Provider. */
public final class EvidenceProvider {
  private static final String ACCP =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

  private EvidenceProvider() {}

  /** Falls back to the JDK's own, which is slower and there. */
  public static Provider of(SignatureProviders providers) {
    String name = providers.p256ProviderName();
    if (name.equals("AmazonCorrettoCryptoProvider")) {
      try {
        return (Provider) Class.forName(ACCP).getField("INSTANCE").get(null);
      } catch (ReflectiveOperationException | LinkageError e) {
        return jdk();
      }
    }
    Provider registered = Security.getProvider(name);
    return registered == null ? jdk() : registered;
  }

  private static Provider jdk() {
    return Security.getProvider("SunEC");
  }
}
