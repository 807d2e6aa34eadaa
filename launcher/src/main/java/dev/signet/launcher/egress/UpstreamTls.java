// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * TLS to upstreams: 1.2 or 1.3, host name checked, the JDK's roots and perhaps some more. The JDK's
 * roots, over a hundred certificates, are read when they are first needed.
 */
final class UpstreamTls {
  private final FutureTask<SslContext> context;

  /**
   * @param extraRoots a PEM file of certificates to be trusted besides the JDK's
   * @throws IOException if the file cannot be read as certificates
   */
  UpstreamTls(Optional<Path> extraRoots) throws IOException {
    Collection<? extends Certificate> extra =
        extraRoots.isPresent() ? read(extraRoots.get()) : List.of();
    context = new FutureTask<>(() -> build(extra));
  }

  /** Has another thread do what {@link #context()} would do at its first call. */
  void prepare(Executor executor) {
    executor.execute(context);
  }

  /**
   * Waits while another thread makes it.
   *
   * @throws IllegalStateException if this Java platform has no usable roots
   */
  SslContext context() {
    context.run();
    try {
      return context.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the TLS roots for upstreams could not be set up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted before the TLS roots were read", e);
    }
  }

  private static SslContext build(Collection<? extends Certificate> extra)
      throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    int index = 0;
    for (X509Certificate root : platformRoots()) {
      roots.setCertificateEntry("platform-" + index++, root);
    }
    for (Certificate root : extra) {
      roots.setCertificateEntry("extra-" + index++, root);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .trustManager(trust)
        .endpointIdentificationAlgorithm("HTTPS")
        .applicationProtocolConfig(Alpn.HTTP)
        .build();
  }

  private static X509Certificate[] platformRoots() throws GeneralSecurityException {
    TrustManagerFactory platform =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    platform.init((KeyStore) null);
    for (TrustManager manager : platform.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }

  private static Collection<? extends Certificate> read(Path pem) throws IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IOException(pem + " has no certificate in it");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IOException(pem + " must be a file of PEM certificates: " + e.getMessage(), e);
    }
  }
}
