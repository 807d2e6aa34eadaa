// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustFilesTest {
  @TempDir Path temporary;

  @Test
  void bothFormsHoldTheSameAuthorities() throws Exception {
    List<X509Certificate> some = platformRoots().subList(0, 3);
    TrustFiles files = TrustFiles.of(some);
    List<Certificate> read =
        List.copyOf(
            CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(files.pem())));
    assertThat(read).isEqualTo(some);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(files.store()), "changeit".toCharArray());
    assertThat(store.size()).isEqualTo(3);
    assertThat(store.getCertificateAlias(some.get(1))).isNotNull();
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    assertThat(((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers())
        .containsExactlyInAnyOrderElementsOf(some);
  }

  @Test
  void areNotWritable() throws Exception {
    try (LaunchDirectory directory = LaunchDirectory.create(temporary, Optional.empty())) {
      TrustFiles.Place place = TrustFiles.of(platformRoots().subList(0, 1)).write(directory);
      for (String name : List.of(TrustFiles.PEM, TrustFiles.STORE)) {
        Path file = Path.of(place.directory(), name);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("r--------");
      }
    }
  }

  @Test
  void replaceWhateverStoodInTheVariables() {
    Map<String, String> environment = new HashMap<>(Map.of("SSL_CERT_FILE", "/evil", "A", "b"));
    new TrustFiles.Place("/trust").put(environment);
    assertThat(environment)
        .containsEntry("A", "b")
        .containsEntry("SSL_CERT_FILE", "/trust/ca.pem")
        .containsEntry("REQUESTS_CA_BUNDLE", "/trust/ca.pem")
        .containsEntry("NODE_EXTRA_CA_CERTS", "/trust/ca.pem")
        .containsEntry("CURL_CA_BUNDLE", "/trust/ca.pem")
        .hasSizeGreaterThan(15);
  }

  private static List<X509Certificate> platformRoots() throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init((KeyStore) null);
    return Arrays.asList(((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers());
  }
}
