// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The key derivation, HMAC and CFB of TPM sessions (TPM 2.0 Library Part 1, 11.4 and 21). */
final class TpmCrypto {
  private TpmCrypto() {}

  static byte[] sha256(byte[]... parts) {
    MessageDigest digest = Digest.sha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }

  static byte[] sha384(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-384");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-384", e);
    }
  }

  static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      // JCA takes no empty key; HMAC pads keys with zeros, so one zero byte is the same key.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** KDFa with SHA-256 (Part 1, 11.4.10.2). */
  static byte[] kdfa(byte[] key, String label, byte[] contextU, byte[] contextV, int bits) {
    byte[] name = terminated(label);
    byte[] out = {};
    for (int counter = 1; out.length * 8 < bits; counter++) {
      out =
          Octets.concat(
              out, hmac(key, Octets.u32(counter), name, contextU, contextV, Octets.u32(bits)));
    }
    return Arrays.copyOf(out, bits / 8);
  }

  /** KDFe with SHA-256 for 256 bits (Part 1, 11.4.10.3). */
  static byte[] kdfe(byte[] z, String label, byte[] partyU, byte[] partyV) {
    return sha256(Octets.u32(1), z, terminated(label), partyU, partyV);
  }

  /** KDFe with SHA-384 for 384 bits. */
  static byte[] kdfe384(byte[] z, String label, byte[] partyU, byte[] partyV) {
    return sha384(Octets.u32(1), z, terminated(label), partyU, partyV);
  }

  private static byte[] terminated(String label) {
    return (label + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  /** AES-128-CFB of a parameter; key and IV from KDFa (Part 1, 21.3). */
  static byte[] cfb(
      boolean encrypt, byte[] sessionValue, byte[] nonceNewer, byte[] nonceOlder, byte[] data) {
    if (sessionValue.length == 0) {
      throw new IllegalArgumentException("parameter encryption needs a salted session");
    }
    byte[] keyAndIv = kdfa(sessionValue, "CFB", nonceNewer, nonceOlder, 256);
    try {
      Cipher cipher = Cipher.getInstance("AES/CFB128/NoPadding");
      cipher.init(
          encrypt ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE,
          new SecretKeySpec(keyAndIv, 0, 16, "AES"),
          new IvParameterSpec(keyAndIv, 16, 16));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES/CFB", e);
    } finally {
      Arrays.fill(keyAndIv, (byte) 0);
    }
  }
}
