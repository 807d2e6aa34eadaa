// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.requestsignatures.SignatureProviders;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.List;

/**
 * Puts a native SHA-256 before the JDK's in this JVM's list of providers, where one loads. The
 * JDK's is as fast only once the second compiler has it, which the launcher runs without
 * (RATIONALE.md); and images, JARs, bodies and the launcher's own files are hashed whole. Nothing
 * else of the native provider is put into the list.
 */
final class NativeSha256 extends Provider {
  private static final long serialVersionUID = 1L;
  private static final String ALGORITHM = "SHA-256";
  static final String NAME = "SignetNativeSha256";

  private NativeSha256(Service service) {
    super(NAME, "1", ALGORITHM + " of " + service.getProvider().getName());
    putService(new Delegate(this, service));
  }

  /** Does nothing where it was done before, or where there is no native provider. */
  static synchronized void install() {
    if (Security.getProvider(NAME) != null) {
      return;
    }
    SignatureProviders.corretto()
        .map(corretto -> corretto.getService("MessageDigest", ALGORITHM))
        .ifPresent(service -> Security.insertProviderAt(new NativeSha256(service), 1));
  }

  private static final class Delegate extends Service {
    private final Service service;

    Delegate(Provider provider, Service service) {
      super(
          provider,
          "MessageDigest",
          ALGORITHM,
          service.getClassName(),
          List.of("SHA256", "2.16.840.1.101.3.4.2.1"),
          null);
      this.service = service;
    }

    @Override
    public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
      return service.newInstance(parameter);
    }
  }
}
