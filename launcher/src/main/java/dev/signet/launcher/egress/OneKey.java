// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A single key with its certificates. The JDK's own manager wants a key store, whose password-based
 * encryption costs more than all the rest of a new host.
 */
final class OneKey extends X509ExtendedKeyManager {
  private static final String ALIAS = "key";

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  OneKey(PrivateKey key, X509Certificate... chain) {
    this.key = key;
    this.chain = List.of(chain);
  }

  private String alias(String type) {
    // TLS 1.2 asks for EC_EC and the like, too.
    return type.startsWith(key.getAlgorithm()) ? ALIAS : null;
  }

  private String alias(String... types) {
    for (String type : types) {
      if (alias(type) != null) {
        return ALIAS;
      }
    }
    return null;
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return alias(type);
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return alias(types);
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return alias(type);
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
    return alias(types);
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    return alias(type) == null ? null : new String[] {ALIAS};
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    return getServerAliases(type, issuers);
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }
}
