// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whom the launcher takes for its verifier. There is no "anybody". */
public sealed interface ServerTrust {

  /**
   * The server whose public key has this digest, whatever its name and issuer.
   *
   * @param spki SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469's pin)
   */
  record Pin(Digest spki) implements ServerTrust {}

  /** A server with a certificate for its host name from the authorities in a PEM file. */
  record Authorities(Path pem) implements ServerTrust {}

  /**
   * @throws IOException if the file cannot be read or holds no certificate
   */
  default SSLContext sslContext() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, trustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
    return switch (this) {
      case Pin pin -> new TrustManager[] {new PinnedKey(pin.spki())};
      case Authorities authorities -> {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int n = 0;
        for (Certificate c : read(authorities.pem())) {
          store.setCertificateEntry("ca" + n++, c);
        }
        if (n == 0) {
          throw new IOException(authorities.pem() + ": expected PEM certificates, found none");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        yield factory.getTrustManagers();
      }
    };
  }

  private static Collection<? extends Certificate> read(Path pem) throws IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    } catch (CertificateException e) {
      throw new IOException(pem + ": expected PEM certificates: " + e.getMessage(), e);
    }
  }

  /** Extended, so that the JDK leaves the whole decision (also the host name) to the pin. */
  final class PinnedKey extends X509ExtendedTrustManager {
    private final Digest spki;

    PinnedKey(Digest spki) {
      this.spki = spki;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      if (chain == null || chain.length == 0) {
        throw new CertificateException("the server sent no certificate");
      }
      chain[0].checkValidity();
      Digest presented = Digest.hash(chain[0].getPublicKey().getEncoded());
      if (!presented.equals(spki)) {
        throw new CertificateException(
            "the server's public key is "
                + presented
                + ", pinned is "
                + spki
                + " (another server, or its key changed: ask the verifier's operator)");
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
