// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Directories;
import dev.signet.bench.Processes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority of a day, P-256, with a certificate for this machine's origins, in files as other
 * programs read them. Its keys protect nothing.
 */
final class OriginCertificate implements AutoCloseable {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final String PASSWORD = "benchmark";

  private final Path directory;

  private OriginCertificate(Path directory) {
    this.directory = directory;
  }

  static OriginCertificate create() throws IOException, InterruptedException {
    OriginCertificate made =
        new OriginCertificate(Files.createTempDirectory("signet-bench-authority"));
    try {
      made.makeAuthority();
      made.makeOrigin();
    } catch (IOException | InterruptedException e) {
      made.close();
      throw e;
    }
    return made;
  }

  private void makeAuthority() throws IOException, InterruptedException {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/O=Signet/CN=Signet benchmark authority",
        "-days",
        "1",
        "-addext",
        "keyUsage=critical,keyCertSign",
        "-keyout",
        authorityKey().toString(),
        "-out",
        authority().toString());
  }

  private void makeOrigin() throws IOException, InterruptedException {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=127.0.0.1",
        "-days",
        "1",
        "-CA",
        authority().toString(),
        "-CAkey",
        authorityKey().toString(),
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "extendedKeyUsage=serverAuth",
        "-keyout",
        key().toString(),
        "-out",
        certificate().toString());
    openssl(
        "pkcs12",
        "-export",
        "-passout",
        "pass:" + PASSWORD,
        "-inkey",
        key().toString(),
        "-in",
        certificate().toString(),
        "-out",
        store().toString());
  }

  private static void openssl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    Processes.output(MOST, command);
  }

  /** The authority's certificate. */
  Path authority() {
    return directory.resolve("authority.pem");
  }

  /** The authority's key, for proxies that are to issue by it. */
  Path authorityKey() {
    return directory.resolve("authority.key");
  }

  Path certificate() {
    return directory.resolve("origin.pem");
  }

  Path key() {
    return directory.resolve("origin.key");
  }

  private Path store() {
    return directory.resolve("origin.p12");
  }

  /** For clients that trust an authority and nobody else. */
  static SSLSocketFactory trusting(Path authority) throws IOException {
    try (InputStream pem = Files.newInputStream(authority)) {
      Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("authority", certificate);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException("the authority in " + authority + " cannot be trusted", e);
    }
  }

  /** For an origin in this process. */
  SSLContext server() throws IOException {
    try (InputStream stored = Files.newInputStream(store())) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(stored, PASSWORD.toCharArray());
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the origin's key cannot be used", e);
    }
  }

  @Override
  public void close() throws IOException {
    Directories.delete(directory);
  }
}
