// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS to upstreams: 1.2 or 1.3, host name checked, the JDK's roots and perhaps some more, a client
 * certificate where one is configured. The JDK's roots, over a hundred certificates, are read when
 * they are first needed.
 */
final class UpstreamTls {
  /** Contexts differ in what they show of us, and in whether they offer HTTP/2. */
  private record Kind(Optional<HostPort> certificate, boolean http2) {}

  private final FutureTask<TrustManagerFactory> trust;
  private final Map<HostPort, ClientCertificate> certificates = new HashMap<>();
  private final Map<Kind, SslContext> contexts = new ConcurrentHashMap<>();

  /**
   * @param extraRoots a PEM file of certificates to be trusted besides the JDK's
   * @param certificates at most one for each upstream
   * @throws IOException if the file cannot be read as certificates
   * @throws IllegalArgumentException if an upstream has two certificates
   */
  UpstreamTls(Optional<Path> extraRoots, List<ClientCertificate> certificates) throws IOException {
    List<X509Certificate> extra =
        extraRoots.isPresent() ? TlsRoots.read(extraRoots.get()) : List.of();
    trust = new FutureTask<>(() -> trust(extra));
    for (ClientCertificate certificate : certificates) {
      if (this.certificates.put(certificate.upstream(), certificate) != null) {
        throw new IllegalArgumentException(
            "Two client certificates are for " + certificate.upstream() + ".");
      }
    }
  }

  /** Has another thread do what {@link #context} would do at its first call. */
  void prepare(Executor executor) {
    executor.execute(trust);
  }

  /**
   * What speaks to an upstream. Waits while another thread reads the roots.
   *
   * @param http2 whether HTTP/2 is offered, and not HTTP/1.1 alone
   * @throws IllegalStateException if this Java platform has no usable roots
   */
  SslContext context(HostPort upstream, boolean http2) {
    ClientCertificate certificate = certificates.get(upstream);
    Kind kind = new Kind(Optional.ofNullable(certificate).map(c -> upstream), http2);
    SslContext made = contexts.get(kind);
    if (made == null) {
      made = build(certificate, http2);
      contexts.put(kind, made);
    }
    return made;
  }

  private SslContext build(ClientCertificate certificate, boolean http2) {
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .trustManager(trust())
          .keyManager(certificate == null ? null : certificate.keyManager())
          .endpointIdentificationAlgorithm("HTTPS")
          .applicationProtocolConfig(http2 ? Alpn.HTTP : Alpn.HTTP_1_1)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS to upstreams could not be set up", e);
    }
  }

  private TrustManagerFactory trust() {
    trust.run();
    try {
      return trust.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the TLS roots for upstreams could not be set up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted before the TLS roots were read", e);
    }
  }

  private static TrustManagerFactory trust(List<X509Certificate> extra)
      throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    int index = 0;
    for (X509Certificate root : TlsRoots.platform()) {
      roots.setCertificateEntry("platform-" + index++, root);
    }
    for (X509Certificate root : extra) {
      roots.setCertificateEntry("extra-" + index++, root);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    return trust;
  }
}
