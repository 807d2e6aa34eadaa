// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.EndorsementKey.PublicHalf;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.Certificate;

/**
 * Verifies endorsement key certificates: a path to a pinned maker's root (RFC 5280), the extended
 * key usage of an EK, and a key that credentials can be made for. Everything comes from memory:
 * nothing that a certificate names is fetched, and so revocation is <em>not</em> checked. Makers'
 * revocations are to be entered as revoked TPMs.
 */
public final class EkCertificateVerifier {
  /** What to do with certificates that say that the TPM is a simulator. */
  public enum Simulators {
    REFUSED,
    /** For tests and demonstrations. */
    ALLOWED
  }

  /** tcg-kp-EKCertificate. */
  private static final String EK_USAGE = "2.23.133.8.1";

  /** Bits of KeyUsage (RFC 5280 section 4.2.1.3). */
  private static final int KEY_ENCIPHERMENT = 2;

  private static final int KEY_AGREEMENT = 4;

  private final EkCertificatePath path;
  private final Simulators simulators;

  /**
   * @param roots makers' roots, pinned
   * @param intermediates other makers' certificates, in any order
   */
  public EkCertificateVerifier(
      Collection<X509Certificate> roots,
      Collection<X509Certificate> intermediates,
      Simulators simulators) {
    this.path = new EkCertificatePath(roots, intermediates);
    this.simulators = simulators;
  }

  /**
   * @param der one X.509 certificate in DER, without padding
   * @param at when it must be valid
   * @return refused with {@link Refusal#UNTRUSTED_TPM}
   */
  public Verification<EndorsementKey> verify(Bytes der, Instant at) {
    X509Certificate certificate;
    Optional<TpmDescription> tpm;
    try {
      if (der.size() > Limits.CERTIFICATE_BYTES) {
        return refused(
            "expected at most " + Limits.CERTIFICATE_BYTES + " bytes, got " + der.size());
      }
      certificate = parse(der.toArray());
      tpm = TpmDescription.read(strictly(der.toArray()).getTBSCertificate().getExtensions());
    } catch (CertificateException
        | IOException
        | IllegalArgumentException
        | IllegalStateException
        | ClassCastException
        | IndexOutOfBoundsException e) {
      // Bouncy Castle decodes lazily and throws any of the last four for broken contents.
      return refused("expected one X.509 certificate in DER: " + e.getMessage());
    }
    Optional<String> broken = path.check(certificate, at);
    if (broken.isPresent()) {
      return refused(broken.get());
    }
    if (!usages(certificate).contains(EK_USAGE)) {
      return refused("expected the extended key usage " + EK_USAGE + " of an EK certificate");
    }
    if (certificate.getBasicConstraints() >= 0) {
      return refused("expected an EK certificate, got one of a certificate authority");
    }
    Optional<PublicHalf> key = publicHalf(certificate);
    if (key.isEmpty()) {
      return refused(
          "expected an RSA-2048 key for encipherment, or a P-256 or P-384 key for agreement, got "
              + certificate.getPublicKey().getAlgorithm());
    }
    if (tpm.isEmpty()) {
      return refused("expected manufacturer, model and version in subjectAltName, each once");
    }
    if (tpm.get().isSimulator() && simulators == Simulators.REFUSED) {
      return refused("expected a TPM, got a simulator: " + tpm.get());
    }
    return new Authentic<>(
        new EndorsementKey(
            Digest.hash(der.toArray()), EkCertificateId.of(certificate), key.get(), tpm.get()));
  }

  private static X509Certificate parse(byte[] der) throws CertificateException {
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
    // The factory also takes PEM, PKCS #7, trailing bytes and indefinite lengths; one certificate
    // must have one digest.
    if (!Arrays.equals(certificate.getEncoded(), der)) {
      throw new CertificateException("not in DER, or something stands before or after it");
    }
    return certificate;
  }

  private static Certificate strictly(byte[] der) throws IOException {
    return Certificate.getInstance(ASN1Primitive.fromByteArray(der));
  }

  private static List<String> usages(X509Certificate certificate) {
    try {
      List<String> usages = certificate.getExtendedKeyUsage();
      return usages == null ? List.of() : usages;
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  private static Optional<PublicHalf> publicHalf(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    return switch (certificate.getPublicKey()) {
      case RSAPublicKey rsa
          when rsa.getModulus().bitLength() == 2048 && permits(usage, KEY_ENCIPHERMENT) ->
          Optional.of(new PublicHalf.Rsa(rsa));
      case ECPublicKey ec when P256.is(ec) && permits(usage, KEY_AGREEMENT) ->
          Optional.of(new PublicHalf.Ecc(ec));
      case ECPublicKey ec when P384.is(ec) && permits(usage, KEY_AGREEMENT) ->
          Optional.of(new PublicHalf.Ecc384(ec));
      default -> Optional.empty();
    };
  }

  private static boolean permits(boolean[] usage, int bit) {
    return usage == null || usage[bit];
  }

  private static Refused<EndorsementKey> refused(String detail) {
    return new Refused<>(Refusal.UNTRUSTED_TPM, "EK certificate: " + detail);
  }
}
