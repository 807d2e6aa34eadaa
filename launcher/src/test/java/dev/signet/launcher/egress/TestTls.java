// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.process.TrustFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Authorities and the TLS made with them, for upstreams and clients of tests. */
final class TestTls {
  private static final char[] PASSWORD = "password".toCharArray();

  private TestTls() {}

  /** An authority for every host, or for those named. */
  static LaunchAuthority authority(String... hosts) {
    Instant now = Instant.now();
    return LaunchAuthority.create(
        hosts.length == 0 ? List.of("*") : List.of(hosts),
        now,
        now.plus(Duration.ofDays(7)),
        new SecureRandom());
  }

  /** What a server answers with. */
  static SSLContext server(LaunchAuthority.Leaf leaf) throws GeneralSecurityException, IOException {
    return server(leaf, null);
  }

  /** The same, trusting the clients of one certificate. */
  static SSLContext server(LaunchAuthority.Leaf leaf, X509Certificate client)
      throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("server", leaf.key(), PASSWORD, new X509Certificate[] {leaf.certificate()});
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), client == null ? null : trusting(client), null);
    return context;
  }

  /** What a client trusts. */
  static SSLContext client(LaunchAuthority authority) throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trusting(authority.certificate()), null);
    return context;
  }

  static X509TrustManager trusting(LaunchAuthority authority)
      throws GeneralSecurityException, IOException {
    return (X509TrustManager) trusting(authority.certificate())[0];
  }

  private static TrustManager[] trusting(X509Certificate root)
      throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", root);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    return trust.getTrustManagers();
  }

  static Path pem(LaunchAuthority authority, Path file) throws IOException {
    return Files.write(file, TrustFiles.of(List.of(authority.certificate())).pem());
  }
}
