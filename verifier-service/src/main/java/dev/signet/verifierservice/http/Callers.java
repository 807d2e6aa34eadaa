// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.Digest;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.config.ServiceConfig.CallingService;
import dev.signet.verifierservice.config.ServiceConfig.Credential;
import dev.signet.verifierservice.config.ServiceConfig.Operator;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the caller that a credential belongs to. Every configured credential is compared, in
 * constant time, whatever matched before.
 */
final class Callers {
  private final ServiceConfig config;

  Callers(ServiceConfig config) {
    this.config = config;
  }

  /** The client certificates that the TLS handshake lets through. */
  Set<Digest> certificates() {
    Set<Digest> out = new HashSet<>();
    for (Operator o : config.operators()) {
      add(out, o.credential());
    }
    for (CallingService s : config.services()) {
      add(out, s.credential());
    }
    return out;
  }

  /**
   * @param bearer the token presented, or null
   * @param certificate SHA-256 of the client certificate of the connection, or null
   */
  Optional<Caller> operator(String bearer, Digest certificate) {
    Digest token = hash(bearer);
    Caller found = null;
    for (Operator o : config.operators()) {
      if (matches(o.credential(), token, certificate)) {
        found = new Caller.Operator(o.name(), o.roles());
      }
    }
    return Optional.ofNullable(found);
  }

  Optional<Caller> service(boolean proxy, String bearer, Digest certificate) {
    Digest token = hash(bearer);
    Caller found = null;
    for (CallingService s : config.services()) {
      if (s.proxy() == proxy && matches(s.credential(), token, certificate)) {
        found = new Caller.Service(s);
      }
    }
    return Optional.ofNullable(found);
  }

  private static boolean matches(Credential credential, Digest token, Digest certificate) {
    boolean byToken = token != null && token.equals(credential.tokenSha256());
    boolean byCertificate =
        certificate != null && certificate.equals(credential.certificateSha256());
    return byToken | byCertificate;
  }

  private static Digest hash(String bearer) {
    return bearer == null ? null : Digest.hash(bearer.getBytes(StandardCharsets.UTF_8));
  }

  private static void add(Set<Digest> out, Credential credential) {
    if (credential.certificateSha256() != null) {
      out.add(credential.certificateSha256());
    }
  }
}
