// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.SvidResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An X509-SVID that fits its key, its agent and its bundle. Clients of the Workload API take what
 * they are given, so a certificate that would fail at its first use is stopped here.
 */
final class CheckedCertificate {
  /** GeneralName, uniformResourceIdentifier (RFC 5280 section 4.2.1.6). */
  private static final int URI_NAME = 6;

  private CheckedCertificate() {}

  /**
   * @throws IOException if it is not what was asked for; the verifier's fault, not the agent's
   */
  static void require(SvidResult.X509 svid, AgentId agent, PublicJwk key, Instant now)
      throws IOException {
    if (!svid.id().equals(agent)) {
      throw new IOException("the verifier's X509-SVID: expected " + agent + ", got " + svid.id());
    }
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = read(factory, svid.chain());
      X509Certificate leaf = chain.getFirst();
      if (!(leaf.getPublicKey() instanceof ECPublicKey of) || !PublicJwk.of(of).equals(key)) {
        throw new IOException("the verifier's X509-SVID is for another key");
      }
      if (!uris(leaf).equals(List.of(agent.value()))) {
        throw new IOException(
            "the verifier's X509-SVID: expected " + agent + ", got " + uris(leaf));
      }
      Set<TrustAnchor> roots = new HashSet<>();
      for (X509Certificate root : read(factory, svid.bundle())) {
        roots.add(new TrustAnchor(root, null));
      }
      PKIXParameters parameters = new PKIXParameters(roots);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain), parameters);
    } catch (GeneralSecurityException e) {
      throw new IOException("the verifier's X509-SVID: " + e.getMessage(), e);
    }
  }

  /** Certificates after one another, as the Workload API has them. */
  static byte[] concatenated(List<Bytes> certificates) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    certificates.forEach(certificate -> all.writeBytes(certificate.toArray()));
    return all.toByteArray();
  }

  private static List<X509Certificate> read(CertificateFactory factory, List<Bytes> certificates)
      throws GeneralSecurityException {
    List<X509Certificate> read = new ArrayList<>();
    for (Bytes der : certificates) {
      read.add(
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der.toArray())));
    }
    return read;
  }

  private static List<String> uris(X509Certificate leaf) throws GeneralSecurityException {
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    List<String> uris = new ArrayList<>();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0) instanceof Integer type && type == URI_NAME) {
          uris.add(name.get(1).toString());
        }
      }
    }
    return uris;
  }
}
