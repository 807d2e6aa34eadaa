// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.verification.EndorsementKey.PublicHalf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * TPM2_MakeCredential in software (TPM 2.0 Library Part 1, section 24): encrypts a secret so that
 * only the TPM that holds both the endorsement key and the attestation key gives it away. The
 * endorsement key is taken to be made by the TCG's default template for its type: nameAlg SHA-256
 * and AES-128-CFB (RSA-2048, P-256), or SHA-384 and AES-256-CFB (P-384).
 */
public final class MakeCredential {
  /**
   * @param credentialBlob TPMS_ID_OBJECT: TPM2B integrityHMAC, then encIdentity
   * @param encryptedSecret contents of TPM2B_ENCRYPTED_SECRET
   */
  public record Credential(Bytes credentialBlob, Bytes encryptedSecret) {}

  private MakeCredential() {}

  /**
   * @param secret 1 to 32 bytes; the caller keeps and later zeroes it
   */
  public static Credential make(
      EndorsementKey ek, AttestationKey ak, byte[] secret, SecureRandom random) {
    if (secret.length == 0 || secret.length > 32) {
      throw new IllegalArgumentException(
          "expected a secret of 1 to 32 bytes, got " + secret.length);
    }
    CredentialSeed seed =
        switch (ek.publicHalf()) {
          case PublicHalf.Rsa(var key) -> CredentialSeed.forRsa(key, random);
          case PublicHalf.Ecc(var key) -> CredentialSeed.forEcc(key, random);
          case PublicHalf.Ecc384(var key) -> CredentialSeed.forEcc384(key, random);
        };
    boolean high = ek.publicHalf() instanceof PublicHalf.Ecc384;
    HashAlgorithm hash = high ? HashAlgorithm.SHA384 : HashAlgorithm.SHA256;
    byte[] name = ak.name().toArray();
    byte[] plain =
        ByteBuffer.allocate(2 + secret.length).putShort((short) secret.length).put(secret).array();
    byte[] symmetric = kdfa(hash, seed.seed(), "STORAGE", name, high ? 32 : 16);
    byte[] integrity = kdfa(hash, seed.seed(), "INTEGRITY", new byte[0], hash.bytes());
    try {
      Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
      // The initialisation vector is zero; the key is used once.
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(symmetric, "AES"),
          new IvParameterSpec(new byte[16]));
      byte[] encIdentity = cipher.doFinal(plain);
      byte[] hmac = hmac(hash, integrity, encIdentity, name);
      ByteBuffer blob = ByteBuffer.allocate(2 + hmac.length + encIdentity.length);
      blob.putShort((short) hmac.length).put(hmac).put(encIdentity);
      return new Credential(Bytes.of(blob.array()), seed.encrypted());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES in CFB mode", e);
    } finally {
      seed.destroy();
      Arrays.fill(plain, (byte) 0);
      Arrays.fill(symmetric, (byte) 0);
      Arrays.fill(integrity, (byte) 0);
    }
  }

  /** KDFa (Part 1 section 11.4.10.2) with an empty contextV, at most one block. */
  private static byte[] kdfa(
      HashAlgorithm hash, byte[] key, String label, byte[] contextU, int bytes) {
    byte[] one = {0, 0, 0, 1};
    byte[] text = (label + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] bits = ByteBuffer.allocate(4).putInt(bytes * 8).array();
    byte[] block = hmac(hash, key, one, text, contextU, bits);
    byte[] out = Arrays.copyOf(block, bytes);
    Arrays.fill(block, (byte) 0);
    return out;
  }

  private static byte[] hmac(HashAlgorithm hash, byte[] key, byte[]... parts) {
    try {
      String algorithm = "Hmac" + hash.standardName().replace("-", "");
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC with SHA-2", e);
    }
  }
}
