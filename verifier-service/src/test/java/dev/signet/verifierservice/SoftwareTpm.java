// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.QuoteEvidence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** What a TPM would make, from keys in software: an RSA endorsement key, an AK and its parent. */
final class SoftwareTpm {
  final KeyPair ek = rsa();
  private KeyPair ak = p256();
  private final KeyPair parent = p256();
  int akAttributes = 0x00050472;
  long clock = 1_000_000;
  int resetCount = 7;
  int restartCount = 2;

  /** As TPM2_Create would: another key under the same endorsement key. */
  void newAk() {
    ak = p256();
  }

  Bytes akPublic() {
    return eccPublic(akAttributes, ak, false);
  }

  Bytes parentPublic() {
    return eccPublic(0x00030472, parent, true);
  }

  Bytes akName() {
    return Bytes.of(name(akPublic().toArray()));
  }

  /** TPM2_ActivateCredential. */
  Bytes activate(Bytes credentialBlob, Bytes encryptedSecret) throws GeneralSecurityException {
    Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPPadding");
    oaep.init(
        Cipher.DECRYPT_MODE,
        ek.getPrivate(),
        new OAEPParameterSpec(
            "SHA-256",
            "MGF1",
            MGF1ParameterSpec.SHA256,
            new PSource.PSpecified("IDENTITY\0".getBytes(StandardCharsets.US_ASCII))));
    byte[] seed = oaep.doFinal(encryptedSecret.toArray());
    byte[] name = akName().toArray();
    byte[] blob = credentialBlob.toArray();
    int macSize = ByteBuffer.wrap(blob).getShort();
    byte[] encrypted = Arrays.copyOfRange(blob, 2 + macSize, blob.length);
    byte[] integrity = kdfa(seed, "INTEGRITY", new byte[0], 32);
    byte[] expected = hmac(integrity, encrypted, name);
    if (!Arrays.equals(expected, Arrays.copyOfRange(blob, 2, 2 + macSize))) {
      throw new GeneralSecurityException("TPM_RC_INTEGRITY");
    }
    Cipher aes = Cipher.getInstance("AES/CFB/NoPadding");
    aes.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(kdfa(seed, "STORAGE", name, 16), "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] plain = aes.doFinal(encrypted);
    return Bytes.of(Arrays.copyOfRange(plain, 2, plain.length));
  }

  /** TPM2_Quote; the clock goes on. */
  QuoteEvidence quote(byte[] input, Map<Integer, Digest> pcrs) {
    clock += 10;
    byte[] map = new byte[3];
    MessageDigest values = Digest.sha256();
    new TreeMap<>(pcrs)
        .forEach(
            (pcr, value) -> {
              map[pcr / 8] |= (byte) (1 << pcr % 8);
              values.update(value.toArray());
            });
    byte[] hierarchy = ByteBuffer.allocate(4).putInt(0x4000000B).array();
    byte[] parentName = name(parentPublic().toArray());
    byte[] signer = name(name(hierarchy, parentName), akName().toArray());
    ByteBuffer out = ByteBuffer.allocate(512);
    out.putInt(0xFF544347).putShort((short) 0x8018);
    sized(out, signer);
    sized(out, Digest.hash(input).toArray());
    out.putLong(clock).putInt(resetCount).putInt(restartCount).put((byte) 1).putLong(1);
    out.put(Bytes.fromHex("00000001000b03" + Bytes.of(map).toHex()).toArray());
    sized(out, values.digest());
    byte[] attest = Arrays.copyOf(out.array(), out.position());
    String rs = Bytes.of(sign(ak, attest)).toHex();
    return new QuoteEvidence(
        Bytes.of(attest),
        Bytes.fromHex("0018000b0020" + rs.substring(0, 64) + "0020" + rs.substring(64)),
        new TreeMap<>(pcrs)
            .entrySet().stream()
                .map(e -> new QuoteEvidence.PcrValue(e.getKey(), e.getValue()))
                .toList());
  }

  /** r || s. */
  static byte[] sign(KeyPair key, byte[] message) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(key.getPrivate());
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Bytes eccPublic(int attributes, KeyPair key, boolean storage) {
    PublicJwk jwk = PublicJwk.of((ECPublicKey) key.getPublic());
    ByteBuffer out = ByteBuffer.allocate(200);
    out.putShort((short) 0x0023).putShort((short) 0x000B).putInt(attributes).putShort((short) 0);
    if (storage) {
      out.putShort((short) 6).putShort((short) 128).putShort((short) 0x43).putShort((short) 0x10);
    } else {
      out.putShort((short) 0x10).putShort((short) 0x18).putShort((short) 0x0B);
    }
    out.putShort((short) 3).putShort((short) 0x10);
    sized(out, jwk.x().toArray());
    sized(out, jwk.y().toArray());
    return Bytes.of(Arrays.copyOf(out.array(), out.position()));
  }

  private static byte[] name(byte[]... parts) {
    return Bytes.fromHex("000b" + Digest.hash(parts).toHex()).toArray();
  }

  private static void sized(ByteBuffer out, byte[] value) {
    out.putShort((short) value.length).put(value);
  }

  private static byte[] kdfa(byte[] key, String label, byte[] contextU, int bytes)
      throws GeneralSecurityException {
    byte[] block =
        hmac(
            key,
            new byte[] {0, 0, 0, 1},
            (label + "\0").getBytes(StandardCharsets.US_ASCII),
            contextU,
            ByteBuffer.allocate(4).putInt(bytes * 8).array());
    return Arrays.copyOf(block, bytes);
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    List.of(parts).forEach(mac::update);
    return mac.doFinal();
  }
}
