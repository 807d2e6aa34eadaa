// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A maker's root and issuer. The root's key is thrown away: nothing else is ever issued by it. */
record MakerCertificates(X509Certificate root, X509Certificate issuer, KeyPair issuerKey) {
  private static final int RSA_BITS = 3072;

  static MakerCertificates generate(String name, Instant now, SecureRandom random)
      throws IOException {
    if (!name.matches("[A-Za-z0-9 ._-]{1,40}")) {
      throw new IllegalArgumentException(
          "expected a maker's name of 1 to 40 letters, digits, spaces, '.', '_', '-', got: "
              + name);
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS, random);
      KeyPair rootKey = generator.generateKeyPair();
      KeyPair issuerKey = generator.generateKeyPair();
      X500Name rootName = new X500Name("CN=" + name + " Root");
      X500Name issuerName = new X500Name("CN=" + name + " Issuer");
      X509Certificate root = issue(rootName, rootKey, rootName, rootKey, 1, now, random);
      X509Certificate issuer = issue(rootName, rootKey, issuerName, issuerKey, 0, now, random);
      return new MakerCertificates(root, issuer, issuerKey);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new TpmSimulationException("this JDK cannot make the maker's certificates", e);
    }
  }

  private static X509Certificate issue(
      X500Name issuer,
      KeyPair issuerKey,
      X500Name subject,
      KeyPair subjectKey,
      int pathLength,
      Instant now,
      SecureRandom random)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    var identifiers = new JcaX509ExtensionUtils();
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(127, random).setBit(126),
            Date.from(now.minus(1, ChronoUnit.HOURS)),
            Date.from(now.plus(3650, ChronoUnit.DAYS)),
            subject,
            subjectKey.getPublic());
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength))
        .addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            identifiers.createSubjectKeyIdentifier(subjectKey.getPublic()))
        .addExtension(
            Extension.authorityKeyIdentifier,
            false,
            identifiers.createAuthorityKeyIdentifier(issuerKey.getPublic()));
    var signer = new JcaContentSignerBuilder("SHA256withRSA").build(issuerKey.getPrivate());
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }

  static String pem(Object certificateOrKey) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(certificateOrKey);
    }
    return text.toString();
  }
}
