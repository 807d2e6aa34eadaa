// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate authority of one launch, which only that launch's agent trusts: it gives the
 * proxy the certificates with which it answers for the hosts that the agent calls. Its key is in
 * this process's memory and nowhere else, and goes with the launch. It may issue for the hosts that
 * the agent may reach only (critical name constraints), and for no further authority (RFC 5280).
 *
 * <p>Safe for use by many threads.
 */
public final class LaunchAuthority {
  /** How long a certificate for a host is valid; it is made anew at half of that. */
  static final Duration LEAF_LIFE = Duration.ofHours(12);

  /** Clocks of programs that look at the beginning of validity may be a little behind. */
  private static final Duration EARLIER = Duration.ofHours(1);

  private static final int SERIAL_BITS = 127;
  private static final int MAX_COMMON_NAME = 64;

  private final KeyPair key;
  private final KeyPair leafKey;
  private final X509Certificate certificate;
  private final X500Name name;
  private final Instant notAfter;
  private final SecureRandom random;

  private LaunchAuthority(
      KeyPair key,
      KeyPair leafKey,
      X509Certificate certificate,
      X500Name name,
      Instant notAfter,
      SecureRandom random) {
    this.key = key;
    this.leafKey = leafKey;
    this.certificate = certificate;
    this.name = name;
    this.notAfter = notAfter;
    this.random = random;
  }

  /** A host's certificate with its key, as TLS servers want them. */
  record Leaf(PrivateKey key, X509Certificate certificate) {}

  /**
   * Makes the keys and the authority's own certificate.
   *
   * @param hosts names or IP addresses, with {@code :PORT} or not; {@code *.} at the beginning
   *     stands for any labels, {@code *} alone for every host; an empty list for none
   * @param notAfter when the authority ends, since nobody can give a running agent another one
   */
  public static LaunchAuthority create(
      List<String> hosts, Instant now, Instant notAfter, SecureRandom random) {
    try {
      KeyPair key = keyPair(random);
      X500Name name =
          new X500NameBuilder(BCStyle.INSTANCE)
              .addRDN(BCStyle.O, "Signet")
              .addRDN(BCStyle.CN, "Signet launch " + serial(random).toString(16))
              .build();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial(random),
              Date.from(now.minus(EARLIER)),
              Date.from(notAfter),
              name,
              key.getPublic());
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(key.getPublic()));
      NameConstraints constraints = PermittedNames.constraints(hosts);
      if (constraints != null) {
        builder.addExtension(Extension.nameConstraints, true, constraints);
      }
      return new LaunchAuthority(
          key, keyPair(random), signed(builder, key.getPrivate()), name, notAfter, random);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("this Java platform cannot make P-256 certificates", e);
    } catch (IOException e) {
      throw new UncheckedIOException("the authority's certificate could not be encoded", e);
    }
  }

  /** What the agent is to trust. */
  public X509Certificate certificate() {
    return certificate;
  }

  /**
   * A certificate for one host. All of one launch have the same key: they are all worth the same to
   * whoever has it.
   *
   * @param host a DNS name, or an IP address without brackets
   */
  Leaf leaf(String host, Instant now) {
    try {
      boolean address = PermittedNames.isAddress(host);
      X500Name subject = subject(host, address);
      Instant end = now.plus(LEAF_LIFE);
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial(random),
              Date.from(now.minus(EARLIER)),
              Date.from(end.isBefore(notAfter) ? end : notAfter),
              subject,
              leafKey.getPublic());
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      builder.addExtension(
          Extension.subjectAlternativeName,
          subject.getRDNs().length == 0,
          new GeneralNames(
              new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host)));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers.createAuthorityKeyIdentifier(key.getPublic()));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(leafKey.getPublic()));
      return new Leaf(leafKey.getPrivate(), signed(builder, key.getPrivate()));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("this Java platform cannot make P-256 certificates", e);
    } catch (IOException e) {
      throw new UncheckedIOException("a host's certificate could not be encoded", e);
    }
  }

  /**
   * Empty for names that are too long for it, and for addresses: OpenSSL takes a common name for
   * that of a host, which the authority's constraints exclude. Programs look at the alternative
   * name.
   */
  private static X500Name subject(String host, boolean address) {
    X500NameBuilder subject = new X500NameBuilder(BCStyle.INSTANCE);
    return address || host.length() > MAX_COMMON_NAME
        ? subject.build()
        : subject.addRDN(BCStyle.CN, host).build();
  }

  private static KeyPair keyPair(SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE);
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }
}
