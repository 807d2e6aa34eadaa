// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.io.IOException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Verifies platform certificates (TCG Platform Certificate Profile 1.1, attribute certificates of
 * RFC 5755): by a configured issuer, for exactly the given EK certificate, valid at the given time.
 * Everything comes from memory; nothing that a certificate names is fetched, and so revocation is
 * <em>not</em> checked. Deltas and platform key certificates are refused.
 */
public final class PlatformCertificateVerifier {
  /** Issuers of one name whose signature is tried. */
  private static final int MOST_ISSUERS = 16;

  /** Bit of KeyUsage (RFC 5280 section 4.2.1.3). */
  private static final int DIGITAL_SIGNATURE = 0;

  private static final int LEAST_RSA_BITS = 2048;
  private static final int LEAST_EC_BITS = 256;

  private final EkCertificatePath path;
  private final List<X509Certificate> issuers;

  /**
   * @param roots issuers' roots, pinned
   * @param others other certificates of issuers, and of authorities between them and a root, in any
   *     order
   */
  public PlatformCertificateVerifier(
      Collection<X509Certificate> roots, Collection<X509Certificate> others) {
    this.path = new EkCertificatePath(roots, others);
    this.issuers = Stream.concat(others.stream(), roots.stream()).toList();
  }

  /**
   * @param der one attribute certificate in DER, without padding
   * @param ek what it must be about
   * @param at when it must be valid
   * @return refused with {@link Refusal#UNTRUSTED_PLATFORM}
   */
  public Verification<PlatformCertificate> verify(Bytes der, EkCertificateId ek, Instant at) {
    if (der.size() > Limits.PLATFORM_CERTIFICATE_BYTES) {
      return refused(
          "expected at most " + Limits.PLATFORM_CERTIFICATE_BYTES + " bytes, got " + der.size());
    }
    PlatformCertificateFields fields;
    try {
      fields = PlatformCertificateFields.parse(der.toArray());
    } catch (IOException
        | IllegalArgumentException
        | IllegalStateException
        | ClassCastException
        | ArithmeticException
        | IndexOutOfBoundsException e) {
      return refused("expected one attribute certificate in DER: " + e.getMessage());
    }
    Optional<String> unsigned = unsigned(fields, at);
    if (unsigned.isPresent()) {
      return refused(unsigned.get());
    }
    if (at.isBefore(fields.notBefore()) || at.isAfter(fields.notAfter())) {
      return refused(
          "valid from %s to %s, expected %s in it"
              .formatted(fields.notBefore(), fields.notAfter(), at));
    }
    if (!fields.holder().equals(ek)) {
      return refused(
          "expected it to be about the EK certificate %s, got %s".formatted(ek, fields.holder()));
    }
    if (fields.targets() != null && !isTarget(fields.targets(), ek)) {
      return refused("it is meant for other EK certificates only (targetInformation): not " + ek);
    }
    return new Authentic<>(
        new PlatformCertificate(
            Digest.hash(der.toArray()),
            ek,
            fields.description(),
            fields.attributes(),
            CertificateText.shown(fields.issuer().getName()),
            fields.notAfter()));
  }

  /** Empty if an issuer with a path to a root signed it, else what was wrong. */
  private Optional<String> unsigned(PlatformCertificateFields fields, Instant at) {
    if (!EkCertificatePath.SIGNATURES.contains(fields.algorithm())) {
      return Optional.of(
          "a signature by RSA or ECDSA with SHA-2 was expected, got " + fields.algorithm());
    }
    String name = CertificateText.shown(fields.issuer().getName());
    String wrong = "no issuer of this name is configured: " + name;
    List<X509Certificate> named =
        issuers.stream()
            .filter(issuer -> issuer.getSubjectX500Principal().equals(fields.issuer()))
            .limit(MOST_ISSUERS)
            .toList();
    for (X509Certificate issuer : named) {
      Optional<String> broken =
          maySign(issuer) ? path.check(issuer, at) : Optional.of("its key is not for signatures");
      if (broken.isPresent()) {
        wrong = "the issuer's certificate: " + broken.get();
      } else if (verifies(fields, issuer.getPublicKey())) {
        return Optional.empty();
      } else {
        wrong = "expected a signature by " + name;
      }
    }
    return Optional.of(wrong);
  }

  /** RFC 5755 section 4.5: a key usage, if there is one, must not exclude signatures. */
  private static boolean maySign(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    boolean strong =
        switch (issuer.getPublicKey()) {
          case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
          case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= LEAST_EC_BITS;
          default -> false;
        };
    return strong && (usage == null || usage[DIGITAL_SIGNATURE]);
  }

  private static boolean verifies(PlatformCertificateFields fields, PublicKey key) {
    try {
      Signature signature = Signature.getInstance(fields.algorithm());
      signature.initVerify(key);
      signature.update(fields.signed().toArray());
      return signature.verify(fields.signature().toArray());
    } catch (InvalidKeyException | SignatureException e) {
      // A key of another kind than the algorithm, or not a signature at all.
      return false;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform verifies RSA and ECDSA with SHA-2", e);
    }
  }

  /** In which digits the profile does not say, so both usual ones are taken. */
  private static boolean isTarget(Set<String> serials, EkCertificateId ek) {
    return serials.contains(ek.serial().toString())
        || serials.stream().anyMatch(ek.serial().toString(16)::equalsIgnoreCase);
  }

  private static Refused<PlatformCertificate> refused(String detail) {
    return new Refused<>(Refusal.UNTRUSTED_PLATFORM, "platform certificate: " + detail);
  }
}
