// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority as Fulcio is one, with its certificate log (RFC 6962). */
public final class TestAuthority {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String ARC = "1.3.6.1.4.1.57264.1.";

  private final KeyPair rootKey = TestKeys.p256();
  private final KeyPair issuerKey = TestKeys.p256();
  final KeyPair logKey = TestKeys.p256();
  private final X500Name rootName;
  private final X500Name issuerName;
  private final X509Certificate root;
  private final X509Certificate issuer;

  TestAuthority(String name, Instant epoch) {
    rootName = new X500Name("O=" + name + ",CN=root");
    issuerName = new X500Name("O=" + name + ",CN=issuer");
    root = authority(rootName, rootKey, 1, epoch);
    issuer = authority(issuerName, issuerKey, 0, epoch);
  }

  /** The issuing authority, then its root: as a trusted root lists them. */
  public List<X509Certificate> chain() {
    return List.of(issuer, root);
  }

  /** What a leaf is to say. */
  static final class Leaf {
    PublicKey key;
    List<GeneralName> names;
    Instant notBefore;
    Duration life = Duration.ofMinutes(10);
    KeyPurposeId purpose = KeyPurposeId.id_kp_codeSigning;
    KeyPair certificateLog;
    String oldIssuer;

    /** By the last arc of 1.3.6.1.4.1.57264.1. */
    final Map<Integer, String> claims = new LinkedHashMap<>();
  }

  /** Signs a leaf and, unless {@code certificateLog} is null, embeds a log's promise (SCT). */
  X509Certificate issue(Leaf leaf) {
    try {
      BigInteger serial = new BigInteger(120, RANDOM);
      byte[] sct = null;
      if (leaf.certificateLog != null) {
        byte[] tbs =
            build(serial, leaf, null).toASN1Structure().getTBSCertificate().getEncoded("DER");
        sct = promise(leaf.certificateLog, tbs, leaf.notBefore);
      }
      return new JcaX509CertificateConverter().getCertificate(build(serial, leaf, sct));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509CertificateHolder build(BigInteger serial, Leaf leaf, byte[] sct) throws IOException {
    X509v3CertificateBuilder b =
        new X509v3CertificateBuilder(
            issuerName,
            serial,
            Date.from(leaf.notBefore),
            Date.from(leaf.notBefore.plus(leaf.life)),
            new X500Name(""),
            SubjectPublicKeyInfo.getInstance(leaf.key.getEncoded()));
    b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    if (leaf.purpose != null) {
      b.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(leaf.purpose));
    }
    b.addExtension(
        Extension.subjectAlternativeName,
        true,
        new GeneralNames(leaf.names.toArray(GeneralName[]::new)));
    if (leaf.oldIssuer != null) {
      b.addExtension(
          new ASN1ObjectIdentifier(ARC + 1),
          false,
          leaf.oldIssuer.getBytes(StandardCharsets.UTF_8));
    }
    for (var claim : leaf.claims.entrySet()) {
      b.addExtension(
          new ASN1ObjectIdentifier(ARC + claim.getKey()),
          false,
          new DERUTF8String(claim.getValue()));
    }
    if (sct != null) {
      b.addExtension(
          new ASN1ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), false, new DEROctetString(sct));
    }
    return b.build(signer(issuerKey));
  }

  /**
   * A list of one SignedCertificateTimestamp over a precertificate, RFC 6962 section 3.2 and 3.3.
   */
  private byte[] promise(KeyPair log, byte[] tbs, Instant time) throws IOException {
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(signed);
    out.writeByte(0);
    out.writeByte(0);
    out.writeLong(time.toEpochMilli());
    out.writeShort(1);
    out.write(TestKeys.sha256(issuerKey.getPublic().getEncoded()));
    out.writeByte(tbs.length >> 16);
    out.writeShort(tbs.length & 0xFFFF);
    out.write(tbs);
    out.writeShort(0);
    byte[] signature = TestKeys.sign(log, signed.toByteArray());
    ByteArrayOutputStream sct = new ByteArrayOutputStream();
    out = new DataOutputStream(sct);
    out.writeByte(0);
    out.write(TestKeys.sha256(log.getPublic().getEncoded()));
    out.writeLong(time.toEpochMilli());
    out.writeShort(0);
    out.writeByte(4);
    out.writeByte(3);
    out.writeShort(signature.length);
    out.write(signature);
    int size = sct.size();
    return ByteBuffer.allocate(4 + size)
        .putShort((short) (2 + size))
        .putShort((short) size)
        .put(sct.toByteArray())
        .array();
  }

  private X509Certificate authority(X500Name name, KeyPair key, int below, Instant epoch) {
    try {
      X509v3CertificateBuilder b =
          new X509v3CertificateBuilder(
              rootName,
              new BigInteger(64, RANDOM),
              Date.from(epoch),
              Date.from(epoch.plus(Duration.ofDays(3650))),
              name,
              SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
      b.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
      b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return new JcaX509CertificateConverter().getCertificate(b.build(signer(rootKey)));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static ContentSigner signer(KeyPair key) {
    try {
      return new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate());
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }
}
