// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifier.tpm.HashAlgorithm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/**
 * A seed shared with a TPM through its endorsement key (TPM 2.0 Library Part 1, sections 24.4, B.10
 * and C.6.3).
 *
 * @param seed as long as a digest of the endorsement key's nameAlg, secret
 * @param encrypted contents of TPM2B_ENCRYPTED_SECRET
 */
record CredentialSeed(byte[] seed, Bytes encrypted) {
  private static final byte[] LABEL = "IDENTITY\0".getBytes(StandardCharsets.US_ASCII);

  /** A random seed under OAEP with SHA-256 for both hashes and the label. */
  static CredentialSeed forRsa(RSAPublicKey key, SecureRandom random) {
    byte[] seed = new byte[Digest.BYTES];
    random.nextBytes(seed);
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          key,
          new OAEPParameterSpec(
              "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(LABEL)),
          random);
      return new CredentialSeed(seed, Bytes.of(cipher.doFinal(seed)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has RSA with OAEP", e);
    }
  }

  /** KDFe over the x coordinate of an ephemeral Diffie-Hellman; the ephemeral point is sent. */
  static CredentialSeed forEcc(ECPublicKey key, SecureRandom random) {
    byte[] z = new byte[0];
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(P256.PARAMETERS, random);
      KeyPair ephemeral = generator.generateKeyPair();
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(ephemeral.getPrivate());
      agreement.doPhase(key, true);
      z = agreement.generateSecret();
      PublicJwk ours = PublicJwk.of((ECPublicKey) ephemeral.getPublic());
      byte[] ourX = ours.x().toArray();
      byte[] theirX = PublicJwk.of(key).x().toArray();
      byte[] seed = Digest.hash(new byte[] {0, 0, 0, 1}, z, LABEL, ourX, theirX).toArray();
      ByteBuffer point = ByteBuffer.allocate(68);
      point.putShort((short) 32).put(ourX).putShort((short) 32).put(ours.y().toArray());
      return new CredentialSeed(seed, Bytes.of(point.array()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has ECDH on P-256", e);
    } finally {
      Arrays.fill(z, (byte) 0);
    }
  }

  /** The same on P-384, with SHA-384. */
  static CredentialSeed forEcc384(ECPublicKey key, SecureRandom random) {
    byte[] z = new byte[0];
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(P384.PARAMETERS, random);
      KeyPair ephemeral = generator.generateKeyPair();
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(ephemeral.getPrivate());
      agreement.doPhase(key, true);
      z = agreement.generateSecret();
      ECPublicKey ours = (ECPublicKey) ephemeral.getPublic();
      MessageDigest kdf = HashAlgorithm.SHA384.digest();
      for (byte[] part :
          new byte[][] {new byte[] {0, 0, 0, 1}, z, LABEL, P384.x(ours), P384.x(key)}) {
        kdf.update(part);
      }
      ByteBuffer point = ByteBuffer.allocate(100);
      point.putShort((short) 48).put(P384.x(ours)).putShort((short) 48).put(P384.y(ours));
      return new CredentialSeed(kdf.digest(), Bytes.of(point.array()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has ECDH on P-384", e);
    } finally {
      Arrays.fill(z, (byte) 0);
    }
  }

  void destroy() {
    Arrays.fill(seed, (byte) 0);
  }

  @Override
  public String toString() {
    return "CredentialSeed";
  }
}
