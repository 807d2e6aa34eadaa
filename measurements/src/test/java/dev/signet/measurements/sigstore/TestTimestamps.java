// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** A timestamp authority (RFC 3161). */
public final class TestTimestamps {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyPair rootKey = TestKeys.p256();
  private final KeyPair key = TestKeys.p256();
  private final X509Certificate root;
  private final X509Certificate certificate;

  TestTimestamps(String name, Instant epoch) {
    X500Name rootName = new X500Name("O=" + name + ",CN=root");
    root = certificate(rootName, rootName, rootKey, epoch, false);
    certificate = certificate(rootName, new X500Name("O=" + name + ",CN=time"), key, epoch, true);
  }

  /** As a trusted root lists them. */
  List<X509Certificate> chain() {
    return List.of(certificate, root);
  }

  byte[] stamp(byte[] signature, Instant time) {
    try {
      TimeStampRequestGenerator request = new TimeStampRequestGenerator();
      request.setCertReq(true);
      return answer(
          request.generate(TSPAlgorithms.SHA256, TestKeys.sha256(signature)).getEncoded(), time);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The response to a request, both in DER. */
  public byte[] answer(byte[] request, Instant time) {
    try {
      TimeStampTokenGenerator token =
          new TimeStampTokenGenerator(
              new JcaSimpleSignerInfoGeneratorBuilder()
                  .build("SHA256withECDSA", key.getPrivate(), certificate),
              new JcaDigestCalculatorProviderBuilder()
                  .build()
                  .get(new AlgorithmIdentifier(TSPAlgorithms.SHA256)),
              new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.2"));
      token.addCertificates(new JcaCertStore(List.of(certificate)));
      return new TimeStampResponseGenerator(token, TSPAlgorithms.ALLOWED)
          .generate(new TimeStampRequest(request), new BigInteger(64, RANDOM), Date.from(time))
          .getEncoded();
    } catch (IOException | GeneralSecurityException | OperatorCreationException | TSPException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate certificate(
      X500Name issuer, X500Name name, KeyPair subject, Instant epoch, boolean leaf) {
    try {
      X509v3CertificateBuilder b =
          new X509v3CertificateBuilder(
              issuer,
              new BigInteger(64, RANDOM),
              Date.from(epoch),
              Date.from(epoch.plus(Duration.ofDays(3650))),
              name,
              SubjectPublicKeyInfo.getInstance(subject.getPublic().getEncoded()));
      if (leaf) {
        b.addExtension(
            Extension.extendedKeyUsage,
            true,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
        b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      } else {
        b.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(b.build(TestAuthority.signer(rootKey)));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
