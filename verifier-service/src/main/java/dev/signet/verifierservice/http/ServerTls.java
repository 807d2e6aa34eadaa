// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** The server's TLS: its certificate, and client certificates that are optional and pinned. */
public final class ServerTls {
  private final List<X509Certificate> chain;
  private final PrivateKey key;

  /**
   * @param chain the server's certificate first
   */
  public ServerTls(List<X509Certificate> chain, PrivateKey key) {
    this.chain = List.copyOf(chain);
    this.key = key;
  }

  /** SHA-256 of the server's SubjectPublicKeyInfo: what hosts pin. */
  public Digest pin() {
    return Digest.hash(chain.get(0).getPublicKey().getEncoded());
  }

  SSLContext context(Set<Digest> clients) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("server", key, new char[0], chain.toArray(new X509Certificate[0]));
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(
          keys.getKeyManagers(),
          new TrustManager[] {new PinnedClients(Set.copyOf(clients))},
          new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the server's certificate and key do not go together: " + e, e);
    }
  }

  /** Lets through exactly the certificates that the configuration lists, while they are valid. */
  private static final class PinnedClients extends X509ExtendedTrustManager {
    private final Set<Digest> allowed;

    PinnedClients(Set<Digest> allowed) {
      this.allowed = allowed;
    }

    private void check(X509Certificate[] presented) throws CertificateException {
      if (presented == null || presented.length == 0) {
        throw new CertificateException("no client certificate");
      }
      presented[0].checkValidity();
      if (!allowed.contains(digest(presented[0]))) {
        throw new CertificateException("a client certificate that the configuration does not list");
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("not a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("not a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("not a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  static Digest digest(X509Certificate certificate) throws CertificateException {
    try {
      return Digest.hash(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new CertificateException("a certificate without encoding", e);
    }
  }
}
