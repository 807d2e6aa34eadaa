// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Bytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * The signature of a file's digest in {@code security.ima}, version 2 (Linux, {@code struct
 * signature_v2_hdr}): type 3, version 2, u8 digest algorithm, four bytes of a key's identifier, u16
 * size, signature. The identifier is a hint and is not looked at.
 */
final class ImaSignature {
  private static final int HEADER_BYTES = 9;
  private static final int TYPE_SIGNATURE = 3;
  private static final int VERSION = 2;

  /** {@code enum hash_algo} of Linux. */
  private static final Map<Integer, String> ALGORITHMS =
      Map.of(4, "sha256", 5, "sha384", 6, "sha512");

  /** DigestInfo before the digest (RFC 8017 section 9.2, note 1). */
  private static final Map<String, byte[]> DIGEST_INFO =
      Map.of(
          "sha256", HexFormat.of().parseHex("3031300d060960864801650304020105000420"),
          "sha384", HexFormat.of().parseHex("3041300d060960864801650304020205000430"),
          "sha512", HexFormat.of().parseHex("3051300d060960864801650304020305000440"));

  private static final int RSA_BITS_MIN = 2048;
  private static final int RSA_BITS_MAX = 8192;

  private ImaSignature() {}

  /**
   * @param spki SubjectPublicKeyInfo
   * @throws IllegalArgumentException if it is no RSA key of 2,048 to 8,192 bits and no elliptic
   *     curve key
   */
  static PublicKey key(Bytes spki) {
    for (String algorithm : new String[] {"RSA", "EC"}) {
      try {
        PublicKey key =
            KeyFactory.getInstance(algorithm)
                .generatePublic(new X509EncodedKeySpec(spki.toArray()));
        if (key instanceof RSAPublicKey rsa
            && (rsa.getModulus().bitLength() < RSA_BITS_MIN
                || rsa.getModulus().bitLength() > RSA_BITS_MAX)) {
          break;
        }
        return key;
      } catch (GeneralSecurityException e) {
        continue; // perhaps the other
      }
    }
    throw new IllegalArgumentException(
        "expected a public key: RSA of 2,048 to 8,192 bits, or of an elliptic curve");
  }

  /** Whether {@code key} signed {@code digest}. */
  static boolean verifies(Bytes attribute, ImaDigest digest, PublicKey key) {
    byte[] bytes = attribute.toArray();
    if (bytes.length <= HEADER_BYTES
        || bytes[0] != TYPE_SIGNATURE
        || bytes[1] != VERSION
        || !digest.algorithm().equals(ALGORITHMS.get(bytes[2] & 0xFF))
        || ((bytes[7] & 0xFF) << 8 | bytes[8] & 0xFF) != bytes.length - HEADER_BYTES) {
      return false;
    }
    byte[] signature = Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
    return switch (key) {
      case RSAPublicKey rsa -> rsa(rsa, digest, signature);
      case ECPublicKey ec -> ecdsa(ec, digest, signature);
      default -> false;
    };
  }

  /** RSASSA-PKCS1-v1_5: the whole encoded message is made and compared (RFC 8017, 8.2.2). */
  private static boolean rsa(RSAPublicKey key, ImaDigest digest, byte[] signature) {
    int size = (key.getModulus().bitLength() + 7) / 8;
    BigInteger s = new BigInteger(1, signature);
    if (signature.length != size || s.compareTo(key.getModulus()) >= 0) {
      return false;
    }
    byte[] info = DIGEST_INFO.get(digest.algorithm());
    byte[] value = digest.value().toArray();
    byte[] expected = new byte[size];
    int end = size - info.length - value.length;
    Arrays.fill(expected, 2, end - 1, (byte) 0xFF);
    expected[1] = 1;
    System.arraycopy(info, 0, expected, end, info.length);
    System.arraycopy(value, 0, expected, end + info.length, value.length);
    BigInteger message = s.modPow(key.getPublicExponent(), key.getModulus());
    return message.equals(new BigInteger(1, expected));
  }

  private static boolean ecdsa(ECPublicKey key, ImaDigest digest, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("NONEwithECDSA");
      verifier.initVerify(key);
      verifier.update(digest.value().toArray());
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // not a signature in DER, or a curve that is not there
    }
  }

  /** Whether {@code digest} is that of {@code content}. */
  static boolean isOf(ImaDigest digest, Bytes content) {
    try {
      MessageDigest md = MessageDigest.getInstance(digest.javaName());
      return digest.value().equals(Bytes.of(md.digest(content.toArray())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + digest.javaName(), e);
    }
  }
}
