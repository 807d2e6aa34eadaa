// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** HTTP clients that believe one CA and no other. */
public final class TrustTls {
  private TrustTls() {}

  /**
   * A client that speaks TLS 1.3 to servers with a certificate of the given CA, follows no
   * redirects and connects within five seconds.
   *
   * @param caPem the CA's certificate, or several, in PEM
   * @throws IOException if the file has no certificates
   */
  public static HttpClient clientTrusting(Path caPem) throws IOException {
    try (InputStream in = Files.newInputStream(caPem)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IOException("expected certificates in PEM in " + caPem);
      }
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      int index = 0;
      for (Certificate certificate : certificates) {
        trusted.setCertificateEntry("ca" + index++, certificate);
      }
      TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, managers.getTrustManagers(), null);
      SSLParameters parameters = new SSLParameters();
      parameters.setProtocols(new String[] {"TLSv1.3"});
      return HttpClient.newBuilder()
          .sslContext(context)
          .sslParameters(parameters)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use the certificates in " + caPem, e);
    }
  }
}
