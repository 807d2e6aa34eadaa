// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.PublicJwk;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPrivateKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * P-256 keys in PEM (RFC 7468). For one curve the DER of PKCS#8 (RFC 5958, RFC 5915) and of
 * SubjectPublicKeyInfo (RFC 5480) is a fixed head followed by the numbers, so that no ASN.1 is
 * parsed: what does not have that form is refused.
 */
final class P256Pem {
  private static final byte[] PUBLIC_HEAD =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
  private static final byte[] PRIVATE_HEAD =
      HexFormat.of()
          .parseHex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");
  private static final byte[] PRIVATE_MIDDLE = HexFormat.of().parseHex("a14403420004");
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private P256Pem() {}

  static PublicJwk parsePublic(byte[] pem) throws KeyFormatException {
    String hint =
        "expected a P-256 public key (PEM, BEGIN PUBLIC KEY), got %s; signet keys new makes one,"
            + " openssl pkey -pubout gives that of a private key";
    byte[] der = block(pem, "PUBLIC KEY", hint);
    if (der.length != PUBLIC_HEAD.length + 64 || !startsWith(der, 0, PUBLIC_HEAD)) {
      throw new KeyFormatException(hint.formatted("a key of another kind"));
    }
    return point(der, PUBLIC_HEAD.length, hint);
  }

  static SigningKey parsePrivate(byte[] pem) throws KeyFormatException {
    String hint =
        "expected a P-256 private key with its public key (PEM, BEGIN PRIVATE KEY, not"
            + " encrypted), got %s; signet keys new makes one, openssl pkcs8 -topk8 -nocrypt"
            + " converts one";
    byte[] der = block(pem, "PRIVATE KEY", hint);
    try {
      int middle = PRIVATE_HEAD.length + 32;
      int end = middle + PRIVATE_MIDDLE.length;
      if (der.length != end + 64
          || !startsWith(der, 0, PRIVATE_HEAD)
          || !startsWith(der, middle, PRIVATE_MIDDLE)) {
        throw new KeyFormatException(hint.formatted("a key of another kind"));
      }
      PublicJwk publicKey = point(der, end, hint);
      byte[] d = Arrays.copyOfRange(der, PRIVATE_HEAD.length, middle);
      BigInteger s = new BigInteger(1, d);
      Arrays.fill(d, (byte) 0);
      var curve = publicKey.toPublicKey().getParams();
      if (s.signum() == 0 || s.compareTo(curve.getOrder()) >= 0) {
        throw new KeyFormatException(hint.formatted("a number that is no private key"));
      }
      return new SigningKey(
          KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(s, curve)), publicKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  static byte[] writePublic(PublicJwk key) {
    return pem("PUBLIC KEY", concat(PUBLIC_HEAD, key.point()));
  }

  static byte[] writePrivate(SigningKey key) {
    byte[] raw = ((ECPrivateKey) key.secret()).getS().toByteArray();
    byte[] d = new byte[32];
    int n = Math.min(raw.length, 32);
    System.arraycopy(raw, raw.length - n, d, 32 - n, n);
    byte[] der = concat(PRIVATE_HEAD, d, PRIVATE_MIDDLE, key.publicKey().point());
    byte[] pem = pem("PRIVATE KEY", der);
    for (byte[] secret : new byte[][] {raw, d, der}) {
      Arrays.fill(secret, (byte) 0);
    }
    return pem;
  }

  private static PublicJwk point(byte[] der, int offset, String hint) throws KeyFormatException {
    try {
      return PublicJwk.ofPoint(Arrays.copyOfRange(der, offset, offset + 64));
    } catch (IllegalArgumentException e) {
      throw new KeyFormatException(hint.formatted("a point that is not on the curve"));
    }
  }

  private static byte[] block(byte[] pem, String label, String hint) throws KeyFormatException {
    String text = new String(pem, StandardCharsets.ISO_8859_1).strip();
    String begin = BEGIN + label + DASHES;
    String end = "-----END " + label + DASHES;
    if (!text.startsWith(begin) || !text.endsWith(end) || text.indexOf(BEGIN, 1) >= 0) {
      throw new KeyFormatException(hint.formatted(kind(text)));
    }
    try {
      String body = text.substring(begin.length(), text.length() - end.length());
      return Base64.getDecoder().decode(body.replaceAll("[\r\n]", ""));
    } catch (IllegalArgumentException e) {
      throw new KeyFormatException(hint.formatted("text that is not base64"));
    }
  }

  /** What the file calls itself, if that is one of the names that people mix up. */
  private static String kind(String text) {
    for (String label :
        new String[] {
          "EC PRIVATE KEY",
          "ENCRYPTED PRIVATE KEY",
          "ENCRYPTED SIGSTORE PRIVATE KEY",
          "OPENSSH PRIVATE KEY",
          "RSA PRIVATE KEY",
          "EC PARAMETERS",
          "CERTIFICATE",
          "PRIVATE KEY",
          "PUBLIC KEY"
        }) {
      if (text.contains(BEGIN + label + DASHES)) {
        return "one that begins with " + label + " or holds several blocks";
      }
    }
    return "no PEM";
  }

  private static byte[] pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return (BEGIN + label + DASHES + "\n" + body + "\n-----END " + label + DASHES + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean startsWith(byte[] bytes, int offset, byte[] head) {
    return Arrays.equals(bytes, offset, offset + head.length, head, 0, head.length);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
