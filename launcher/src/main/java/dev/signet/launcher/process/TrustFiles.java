// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The authorities that one agent is to trust, in the two forms that programs read: certificates in
 * PEM (RFC 7468), and a PKCS#12 store for Java.
 */
public final class TrustFiles {
  public static final String PEM = "ca.pem";
  public static final String STORE = "ca.p12";

  /** Java wants one to read a store with; there is nothing secret in it. */
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** Variables by which programs and libraries find a PEM file of authorities. */
  private static final List<String> VARIABLES =
      List.of(
          // OpenSSL, Go, Ruby, Rust's native certificates, Python's ssl and httpx
          "SSL_CERT_FILE",
          "NIX_SSL_CERT_FILE",
          // Python's requests, pip, httplib2
          "REQUESTS_CA_BUNDLE",
          "PIP_CERT",
          "HTTPLIB2_CA_CERTS",
          // curl, Git, Cargo
          "CURL_CA_BUNDLE",
          "GIT_SSL_CAINFO",
          "CARGO_HTTP_CAINFO",
          // Node.js, npm, Yarn, Deno
          "NODE_EXTRA_CA_CERTS",
          "NPM_CONFIG_CAFILE",
          "YARN_HTTPS_CA_FILE_PATH",
          "DENO_CERT",
          // gRPC, the clouds' tools
          "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
          "AWS_CA_BUNDLE",
          "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
          // Perl, Ruby's Bundler, Erlang's Hex
          "PERL_LWP_SSL_CA_FILE",
          "BUNDLE_SSL_CA_CERT",
          "HEX_CACERTS_PATH");

  private final byte[] pem;
  private final byte[] store;

  private TrustFiles(byte[] pem, byte[] store) {
    this.pem = pem;
    this.store = store;
  }

  /**
   * @throws IOException if this Java platform cannot write them
   */
  public static TrustFiles of(Collection<X509Certificate> authorities) throws IOException {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      StringBuilder text = new StringBuilder();
      int n = 0;
      for (X509Certificate authority : authorities) {
        keys.setCertificateEntry("authority-" + n++, authority);
        text.append(pem(authority));
      }
      ByteArrayOutputStream store = new ByteArrayOutputStream();
      keys.store(store, PASSWORD);
      return new TrustFiles(
          text.toString().getBytes(StandardCharsets.US_ASCII), store.toByteArray());
    } catch (GeneralSecurityException e) {
      throw new IOException("the agent's trust store could not be made: " + e.getMessage(), e);
    }
  }

  private static String pem(X509Certificate certificate) throws CertificateEncodingException {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }

  public byte[] pem() {
    return pem.clone();
  }

  public byte[] store() {
    return store.clone();
  }

  /** Writes both where the agent can read them and, as another user, not change them. */
  Place write(LaunchDirectory directory) throws IOException {
    write(directory, PEM, pem);
    write(directory, STORE, store);
    return new Place(directory.trust().toString());
  }

  private static void write(LaunchDirectory directory, String name, byte[] content)
      throws IOException {
    Path file = directory.trust().resolve(name);
    Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (directory.user().isPresent()) {
      Files.setAttribute(file, "unix:gid", directory.user().get().gid(), LinkOption.NOFOLLOW_LINKS);
    }
    Files.setPosixFilePermissions(
        file,
        PosixFilePermissions.fromString(directory.user().isPresent() ? "r--r-----" : "r--------"));
  }

  /**
   * Where the agent finds them.
   *
   * @param directory as the agent sees it
   */
  public record Place(String directory) {
    /** Tells programs of the PEM file; over whatever stood there. */
    public void put(Map<String, String> environment) {
      VARIABLES.forEach(name -> environment.put(name, directory + "/" + PEM));
    }

    /** The same for a JVM. */
    public List<String> javaOptions() {
      return List.of(
          "-Djavax.net.ssl.trustStore=" + directory + "/" + STORE,
          "-Djavax.net.ssl.trustStoreType=PKCS12",
          "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD));
    }
  }
}
