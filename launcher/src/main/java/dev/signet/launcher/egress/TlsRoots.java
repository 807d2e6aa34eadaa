// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Authorities of upstreams' certificates. */
public final class TlsRoots {
  private TlsRoots() {}

  /**
   * Those of the Java runtime, over a hundred.
   *
   * @throws IOException if it has no usable ones
   */
  public static List<X509Certificate> platform() throws IOException {
    try {
      TrustManagerFactory platform =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      platform.init((KeyStore) null);
      for (TrustManager manager : platform.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          return List.of(x509.getAcceptedIssuers());
        }
      }
      return List.of();
    } catch (GeneralSecurityException e) {
      throw new IOException("the Java runtime's authorities cannot be read", e);
    }
  }

  /**
   * Those of a PEM file.
   *
   * @throws IOException if it cannot be read, or has none
   */
  public static List<X509Certificate> read(Path pem) throws IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new IOException(pem + " has no certificate in it");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IOException(pem + " must be a file of PEM certificates: " + e.getMessage(), e);
    }
  }
}
