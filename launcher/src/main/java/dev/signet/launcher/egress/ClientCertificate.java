// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * What the launcher shows of itself in TLS to one upstream that asks for it. Neither the agent nor
 * its requests see the key.
 */
public final class ClientCertificate {
  private final HostPort upstream;
  private final PrivateKey key;
  private final List<X509Certificate> chain;

  private ClientCertificate(HostPort upstream, PrivateKey key, List<X509Certificate> chain) {
    this.upstream = upstream;
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  /**
   * Reads a PEM file with one private key, not encrypted, and its certificate, followed by those
   * that lead to its authority.
   *
   * @throws IOException if there is something else in it; the message tells nothing of the key
   */
  public static ClientCertificate read(HostPort upstream, Path pem) throws IOException {
    List<PrivateKey> keys = new ArrayList<>();
    List<X509Certificate> chain = new ArrayList<>();
    try (Reader reader = Files.newBufferedReader(pem, StandardCharsets.US_ASCII);
        PEMParser parser = new PEMParser(reader)) {
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        switch (part) {
          case X509CertificateHolder certificate ->
              chain.add(new JcaX509CertificateConverter().getCertificate(certificate));
          case PEMKeyPair pair -> keys.add(new JcaPEMKeyConverter().getKeyPair(pair).getPrivate());
          case PrivateKeyInfo info -> keys.add(new JcaPEMKeyConverter().getPrivateKey(info));
          // The curve's name, which OpenSSL writes before a key.
          case ASN1ObjectIdentifier _ -> {}
          default ->
              throw new IOException(
                  pem + ": expected one private key, not encrypted, and certificates");
        }
      }
    } catch (PEMException | CertificateException e) {
      throw new IOException(pem + ": the key or a certificate cannot be read", e);
    }
    if (keys.size() != 1 || chain.isEmpty()) {
      throw new IOException(pem + ": expected one private key and its certificate");
    }
    return new ClientCertificate(upstream, keys.getFirst(), chain);
  }

  HostPort upstream() {
    return upstream;
  }

  OneKey keyManager() {
    return new OneKey(key, chain.toArray(X509Certificate[]::new));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "ClientCertificate["
        + upstream
        + ", "
        + chain.getFirst().getSubjectX500Principal()
        + "]";
  }
}
