// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The TPM makers' certificates in a directory of PEM and DER files: self-signed ones are roots.
 * Read once at start.
 */
public record MakerCertificates(List<X509Certificate> roots, List<X509Certificate> intermediates) {
  private static final int MOST = 2_000;

  public MakerCertificates {
    roots = List.copyOf(roots);
    intermediates = List.copyOf(intermediates);
  }

  /**
   * Certificates of those who sign platform certificates, which need not be authorities, and of the
   * authorities above them.
   *
   * @throws IOException if the directory cannot be read or holds something else
   */
  public static MakerCertificates readPlatformIssuers(Path directory) throws IOException {
    return read(directory, false);
  }

  /**
   * @throws IOException if the directory cannot be read or holds something else
   */
  public static MakerCertificates read(Path directory) throws IOException {
    return read(directory, true);
  }

  private static MakerCertificates read(Path directory, boolean authoritiesOnly)
      throws IOException {
    List<X509Certificate> roots = new ArrayList<>();
    List<X509Certificate> intermediates = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      for (X509Certificate certificate : Pem.certificates(file)) {
        if (authoritiesOnly && certificate.getBasicConstraints() < 0 && !selfSigned(certificate)) {
          throw new IOException(
              file
                  + ": expected certificates of authorities, got one of "
                  + certificate.getSubjectX500Principal()
                  + "; take it out of the makers' directory");
        }
        if (roots.size() + intermediates.size() >= MOST) {
          throw new IOException(
              file + ": expected at most " + MOST + " certificates in " + directory);
        }
        (selfSigned(certificate) ? roots : intermediates).add(certificate);
      }
    }
    return new MakerCertificates(roots, intermediates);
  }

  private static boolean selfSigned(X509Certificate certificate) {
    if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
      return false;
    }
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
