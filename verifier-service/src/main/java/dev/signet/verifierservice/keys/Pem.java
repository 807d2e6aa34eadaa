// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM (RFC 7468): key pairs of our own, and the server's key and certificates. */
public final class Pem {
  private static final int MAX_BYTES = 256 * 1024;

  private Pem() {}

  static KeyPair newP256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  static byte[] encode(KeyPair pair) {
    String text =
        block("PRIVATE KEY", pair.getPrivate().getEncoded())
            + block("PUBLIC KEY", pair.getPublic().getEncoded());
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static KeyPair decode(Path file) throws IOException {
    byte[] pem = read(file);
    try {
      byte[] pkcs8 = only(pem, "PRIVATE KEY", file);
      byte[] spki = only(pem, "PUBLIC KEY", file);
      KeyFactory factory = KeyFactory.getInstance("EC");
      PrivateKey key = factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      Arrays.fill(pkcs8, (byte) 0);
      PublicKey publicKey = factory.generatePublic(new X509EncodedKeySpec(spki));
      return new KeyPair(publicKey, key);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": expected a P-256 key pair in PEM", e);
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  /** A PKCS #8 private key, EC or RSA. */
  public static PrivateKey privateKey(Path file) throws IOException {
    byte[] pem = read(file);
    byte[] pkcs8 = only(pem, "PRIVATE KEY", file);
    Arrays.fill(pem, (byte) 0);
    try {
      for (String algorithm : List.of("EC", "RSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (java.security.spec.InvalidKeySpecException e) {
          // Not of this algorithm.
        }
      }
      throw new IOException(file + ": expected an EC or RSA key in PKCS #8");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has EC and RSA", e);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  /** Certificates, PEM or one in DER, in the order of the file. */
  public static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> out = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      factory
          .generateCertificates(new ByteArrayInputStream(read(file)))
          .forEach(c -> out.add((X509Certificate) c));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": expected certificates in PEM or DER: " + e.getMessage(), e);
    }
    if (out.isEmpty()) {
      throw new IOException(file + ": expected at least one certificate");
    }
    return out;
  }

  private static byte[] only(byte[] pem, String label, Path file) throws IOException {
    Pattern block =
        Pattern.compile(
            "-----BEGIN " + label + "-----\\s([A-Za-z0-9+/=\\s]+)-----END " + label + "-----");
    Matcher m = block.matcher(new String(pem, StandardCharsets.US_ASCII));
    if (!m.find()) {
      throw new IOException(file + ": expected a PEM block " + label);
    }
    return Base64.getMimeDecoder().decode(m.group(1));
  }

  private static byte[] read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + ": expected at most " + MAX_BYTES + " bytes");
    }
    return Files.readAllBytes(file);
  }

  static String block(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
