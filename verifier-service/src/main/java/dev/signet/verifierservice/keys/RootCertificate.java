// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;

/** The self-signed certificate of a trust domain's root (X509-SVID, section 4). */
final class RootCertificate {
  /** Long enough that only {@code rotate-key} ends it, short enough to end by itself one day. */
  private static final Duration LIFE = Duration.ofDays(1096);

  private static final Duration BACKDATED = Duration.ofMinutes(5);

  private RootCertificate() {}

  static Bytes selfSigned(SigningKey key, String trustDomain, Instant now, SecureRandom random) {
    try {
      return build(key, trustDomain, now, random);
    } catch (IOException e) {
      throw new IllegalStateException("a certificate of our own making cannot be encoded", e);
    }
  }

  private static Bytes build(SigningKey key, String trustDomain, Instant now, SecureRandom random)
      throws IOException {
    // The key is in the name: validators that look up issuers by name find the right root.
    X500Name name = new X500Name("O=Signet,CN=" + key.publicJwk().kid());
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(127, random),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(LIFE)),
            name,
            key.publicJwk().toPublicKey());
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils(KeyDigest.calculator());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        identifiers.createSubjectKeyIdentifier(key.publicJwk().toPublicKey()));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + trustDomain)));
    return Bytes.of(builder.build(key.contentSigner()).getEncoded());
  }
}
