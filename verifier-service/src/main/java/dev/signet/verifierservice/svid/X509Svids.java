// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifierservice.keys.KeyDigest;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import java.io.IOException;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;

/**
 * Leaf certificates: X509-SVID, sections 2 to 4. Nothing in them comes from the caller but the key.
 */
final class X509Svids {
  private X509Svids() {}

  /** When {@code root}'s certificate ends: no leaf outlives it. */
  static Instant rootEnds(Generation root) throws IOException {
    return holder(root).getNotAfter().toInstant();
  }

  /**
   * @param serial positive, unpredictable
   * @param notAfter whole seconds
   */
  static Bytes leaf(
      Generation root,
      AgentId agent,
      PublicJwk key,
      BigInteger serial,
      Instant now,
      Instant notAfter)
      throws IOException {
    X509CertificateHolder issuer = holder(root);
    ECPublicKey publicKey = key.toPublicKey();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer.getSubject(),
            serial,
            // For validators whose clock is behind.
            Date.from(now.minus(Limits.CLOCK_SKEW)),
            Date.from(notAfter),
            new X500Name("O=Signet"),
            publicKey);
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils(KeyDigest.calculator());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(publicKey));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        identifiers.createAuthorityKeyIdentifier(root.key().publicJwk().toPublicKey()));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        GeneralNames.getInstance(
            new DERSequence(
                new ASN1Encodable[] {
                  new GeneralName(GeneralName.uniformResourceIdentifier, agent.value())
                })));
    return Bytes.of(builder.build(root.key().contentSigner()).getEncoded());
  }

  private static X509CertificateHolder holder(Generation root) throws IOException {
    return new X509CertificateHolder(root.certificate().toArray());
  }
}
