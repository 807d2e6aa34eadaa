// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Date;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/**
 * A path from a certificate through given intermediates to a pinned root. Puts candidates together
 * itself and leaves only their validation to the platform, whose path builder can be told by a
 * system property to fetch issuers from the addresses in a certificate.
 */
final class EkCertificatePath {
  private static final int MAX_INTERMEDIATES = 4;
  private static final int MAX_CANDIDATES = 32;

  /** RSA (PKCS #1 v1.5) and ECDSA with SHA-256, SHA-384 and SHA-512; SHA-1 is refused. */
  static final Set<String> SIGNATURES =
      Set.of(
          "1.2.840.113549.1.1.11",
          "1.2.840.113549.1.1.12",
          "1.2.840.113549.1.1.13",
          "1.2.840.10045.4.3.2",
          "1.2.840.10045.4.3.3",
          "1.2.840.10045.4.3.4");

  private final Set<TrustAnchor> roots;
  private final Map<X500Principal, List<X509Certificate>> intermediates;

  EkCertificatePath(Collection<X509Certificate> roots, Collection<X509Certificate> intermediates) {
    this.roots =
        roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
    this.intermediates =
        intermediates.stream()
            .collect(
                Collectors.groupingBy(
                    X509Certificate::getSubjectX500Principal,
                    LinkedHashMap::new,
                    Collectors.toList()));
  }

  /** Empty if there is a valid path at {@code at}, else what was wrong with the last tried. */
  Optional<String> check(X509Certificate certificate, Instant at) {
    if (roots.isEmpty()) {
      return Optional.of("expected a path to a pinned root, but no maker's root is pinned");
    }
    String wrong = "no path to a pinned root";
    Deque<List<X509Certificate>> candidates = new ArrayDeque<>();
    candidates.add(List.of(certificate));
    for (int tried = 0; tried < MAX_CANDIDATES && !candidates.isEmpty(); tried++) {
      List<X509Certificate> candidate = candidates.remove();
      Optional<String> broken = validate(candidate, at);
      if (broken.isEmpty()) {
        return broken;
      }
      X509Certificate last = candidate.getLast();
      List<X509Certificate> issuers =
          intermediates.getOrDefault(last.getIssuerX500Principal(), List.of());
      if (issuers.isEmpty() || candidate.size() > MAX_INTERMEDIATES) {
        wrong = broken.get();
      } else {
        issuers.stream()
            .filter(issuer -> !candidate.contains(issuer))
            .forEach(issuer -> candidates.add(append(candidate, issuer)));
      }
    }
    return Optional.of("expected a path to a pinned root: " + wrong);
  }

  private static List<X509Certificate> append(List<X509Certificate> path, X509Certificate next) {
    return Stream.concat(path.stream(), Stream.of(next)).toList();
  }

  private Optional<String> validate(List<X509Certificate> path, Instant at) {
    for (X509Certificate certificate : path) {
      if (!SIGNATURES.contains(certificate.getSigAlgOID())) {
        return Optional.of(
            "a signature by RSA or ECDSA with SHA-2 was expected, got "
                + certificate.getSigAlgName());
      }
    }
    try {
      PKIXParameters parameters = new PKIXParameters(roots);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(at));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return Optional.empty();
    } catch (CertPathValidatorException e) {
      return Optional.of(e.getMessage());
    } catch (CertificateException
        | InvalidAlgorithmParameterException
        | NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform validates X.509 paths", e);
    }
  }
}
