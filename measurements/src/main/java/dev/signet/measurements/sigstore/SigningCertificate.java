// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.protocol.PublicJwk;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1UTF8String;

/**
 * A Fulcio leaf certificate as it came: that anybody trusted issued it is for {@link TrustedRoot}
 * to say.
 */
final class SigningCertificate {
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final int URI_NAME = 6;
  private static final int MAIL_NAME = 1;

  private final X509Certificate x509;
  private final byte[] der;
  private final PublicJwk key;
  private final String identity;
  private final String issuer;
  private final Map<CertificateClaim, String> claims;

  private SigningCertificate(
      X509Certificate x509,
      byte[] der,
      PublicJwk key,
      String identity,
      String issuer,
      Map<CertificateClaim, String> claims) {
    this.x509 = x509;
    this.der = der;
    this.key = key;
    this.identity = identity;
    this.issuer = issuer;
    this.claims = claims;
  }

  static SigningCertificate parse(byte[] der) throws NotAuthenticException {
    X509Certificate x509;
    try {
      x509 =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      // The factory also takes PEM, and ignores what follows.
      if (!Arrays.equals(x509.getEncoded(), der)) {
        throw malformed("expected one DER certificate and nothing else");
      }
    } catch (CertificateException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "certificate: expected X.509 in DER", e);
    }
    if (!(x509.getPublicKey() instanceof ECPublicKey ec)) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_UNSUPPORTED,
          "certificate: expected an ECDSA P-256 key, got " + x509.getPublicKey().getAlgorithm());
    }
    PublicJwk key;
    try {
      key = PublicJwk.of(ec);
    } catch (IllegalArgumentException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_UNSUPPORTED, "certificate: expected a key on P-256, got another curve", e);
    }
    requireSigner(x509);
    Map<CertificateClaim, String> claims = new EnumMap<>(CertificateClaim.class);
    for (CertificateClaim claim : CertificateClaim.values()) {
      String value = utf8(x509, claim.oid());
      if (value != null) {
        claims.put(claim, value);
      }
    }
    return new SigningCertificate(x509, der.clone(), key, name(x509), issuer(x509), claims);
  }

  X509Certificate x509() {
    return x509;
  }

  byte[] der() {
    return der.clone();
  }

  PublicJwk key() {
    return key;
  }

  String identity() {
    return identity;
  }

  String issuer() {
    return issuer;
  }

  Map<CertificateClaim, String> claims() {
    return new EnumMap<>(claims);
  }

  /** Both ends included, as in RFC 5280 section 4.1.2.5. */
  boolean validAt(Instant time) {
    return !time.isBefore(x509.getNotBefore().toInstant())
        && !time.isAfter(x509.getNotAfter().toInstant());
  }

  String validity() {
    return x509.getNotBefore().toInstant() + " to " + x509.getNotAfter().toInstant();
  }

  /** Sigstore Java 2.0.0 does not look at what the certificate may be used for. */
  private static void requireSigner(X509Certificate x509) throws NotAuthenticException {
    List<String> uses;
    try {
      uses = x509.getExtendedKeyUsage();
    } catch (CertificateException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "certificate: expected an extended key usage that parses", e);
    }
    boolean[] usage = x509.getKeyUsage();
    if (uses == null
        || !uses.contains(CODE_SIGNING)
        || usage == null
        || !usage[0]
        || x509.getBasicConstraints() >= 0) {
      throw new NotAuthenticException(
          Flaw.CERTIFICATE_UNTRUSTED, "certificate: expected one that is for signing code only");
    }
  }

  private static String name(X509Certificate x509) throws NotAuthenticException {
    Collection<List<?>> names;
    try {
      names = x509.getSubjectAlternativeNames();
    } catch (CertificateException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "certificate: expected alternative names that parse", e);
    }
    if (names == null || names.size() != 1) {
      throw malformed("certificate: expected exactly one subject alternative name");
    }
    List<?> name = names.iterator().next();
    if (name.get(0) instanceof Integer kind
        && (kind == URI_NAME || kind == MAIL_NAME)
        && name.get(1) instanceof String text) {
      return text;
    }
    throw new NotAuthenticException(
        Flaw.BUNDLE_UNSUPPORTED,
        "certificate: expected a URI or an e-mail address as subject alternative name");
  }

  /** Extension 8 is a UTF8String, extension 1 (deprecated, but still written) bare text. */
  private static String issuer(X509Certificate x509) throws NotAuthenticException {
    String issuer = utf8(x509, CertificateClaim.ARC + 8);
    byte[] old = extension(x509, CertificateClaim.ARC + 1);
    if (issuer == null && old == null) {
      throw malformed("certificate: expected the issuer of the signer's identity");
    }
    if (old != null) {
      String text = text(old);
      if (issuer != null && !issuer.equals(text)) {
        throw malformed("certificate: expected one issuer, got two that differ");
      }
      issuer = text;
    }
    return issuer;
  }

  private static String utf8(X509Certificate x509, String oid) throws NotAuthenticException {
    byte[] value = extension(x509, oid);
    try {
      return value == null
          ? null
          : text(ASN1UTF8String.getInstance(value).getString().getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "certificate: expected extension " + oid + " as UTF8String", e);
    }
  }

  private static byte[] extension(X509Certificate x509, String oid) throws NotAuthenticException {
    byte[] value = x509.getExtensionValue(oid);
    try {
      return value == null ? null : ASN1OctetString.getInstance(value).getOctets();
    } catch (IllegalArgumentException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "certificate: expected extension " + oid + " in DER", e);
    }
  }

  private static String text(byte[] utf8) throws NotAuthenticException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(utf8))
          .toString();
    } catch (CharacterCodingException e) {
      throw new NotAuthenticException(Flaw.BUNDLE_MALFORMED, "certificate: expected UTF-8", e);
    }
  }

  private static NotAuthenticException malformed(String detail) {
    return new NotAuthenticException(Flaw.BUNDLE_MALFORMED, detail);
  }
}
