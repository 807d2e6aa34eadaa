// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a TPM would answer, from keys in memory. It exists because a verifier is to be measured that
 * takes evidence faster than one TPM, or one simulator, makes it. Structures are those of the TPM
 * 2.0 Library, part 2.
 */
final class SoftwareTpm {
  private static final int RESTRICTED_SIGNING = 0x00050472;
  private static final int RESTRICTED_STORAGE = 0x00030472;
  private static final int ENDORSEMENT_HIERARCHY = 0x4000000B;

  final int resetCount = 7;
  final int restartCount = 2;
  private final KeyPair ek;
  private final RawSigner ak;
  private final Bytes akPublic;
  private final Bytes parentPublic;
  private long clock = 1_000_000;

  private SoftwareTpm(KeyPair ek, RawSigner ak, Bytes akPublic, Bytes parentPublic) {
    this.ek = ek;
    this.ak = ak;
    this.akPublic = akPublic;
    this.parentPublic = parentPublic;
  }

  static SoftwareTpm create(SignatureProviders providers) throws GeneralSecurityException {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    KeyPair ak = p256();
    return new SoftwareTpm(
        rsa.generateKeyPair(),
        providers.signer(ak.getPrivate()),
        eccPublic(RESTRICTED_SIGNING, ak, false),
        eccPublic(RESTRICTED_STORAGE, p256(), true));
  }

  static KeyPair p256() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  PublicKey endorsementKey() {
    return ek.getPublic();
  }

  Bytes akPublic() {
    return akPublic;
  }

  Bytes parentPublic() {
    return parentPublic;
  }

  Bytes akName() {
    return Bytes.of(name(akPublic.toArray()));
  }

  /** TPM2_ActivateCredential for a credential that is known to be meant for this AK. */
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
    byte[] blob = credentialBlob.toArray();
    int integrity = ByteBuffer.wrap(blob).getShort();
    Cipher aes = Cipher.getInstance("AES/CFB/NoPadding");
    aes.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(storageKey(seed, akName().toArray()), "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] plain = aes.doFinal(Arrays.copyOfRange(blob, 2 + integrity, blob.length));
    return Bytes.of(Arrays.copyOfRange(plain, 2, plain.length));
  }

  /** TPM2_Quote; the clock goes on. */
  QuoteEvidence quote(byte[] input, SortedMap<Integer, Digest> pcrs) throws IOException {
    clock += 10;
    byte[] selected = new byte[3];
    MessageDigest values = Digest.sha256();
    for (Map.Entry<Integer, Digest> pcr : pcrs.entrySet()) {
      selected[pcr.getKey() / 8] |= (byte) (1 << pcr.getKey() % 8);
      values.update(pcr.getValue().toArray());
    }
    byte[] hierarchy = ByteBuffer.allocate(4).putInt(ENDORSEMENT_HIERARCHY).array();
    ByteBuffer out = ByteBuffer.allocate(512);
    out.putInt(0xFF544347).putShort((short) 0x8018);
    sized(out, name(name(hierarchy, name(parentPublic.toArray())), akName().toArray()));
    sized(out, Digest.hash(input).toArray());
    out.putLong(clock).putInt(resetCount).putInt(restartCount).put((byte) 1).putLong(1);
    out.putInt(1).putShort((short) 0x0B).put((byte) selected.length).put(selected);
    sized(out, values.digest());
    byte[] attest = written(out);
    return new QuoteEvidence(
        Bytes.of(attest),
        signature(ak.sign(attest)),
        new TreeMap<>(pcrs)
            .entrySet().stream()
                .map(e -> new QuoteEvidence.PcrValue(e.getKey(), e.getValue()))
                .toList());
  }

  private static Bytes signature(byte[] rs) {
    ByteBuffer out = ByteBuffer.allocate(72).putShort((short) 0x18).putShort((short) 0x0B);
    sized(out, Arrays.copyOf(rs, 32));
    sized(out, Arrays.copyOfRange(rs, 32, 64));
    return Bytes.of(written(out));
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
    return Bytes.of(written(out));
  }

  private static byte[] name(byte[]... parts) {
    return ByteBuffer.allocate(34).putShort((short) 0x0B).put(Digest.hash(parts).toArray()).array();
  }

  /** KDFa of part 1, section 11.4.10.2, for the 128 bits that protect a credential. */
  private static byte[] storageKey(byte[] seed, byte[] name) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(seed, "HmacSHA256"));
    mac.update(new byte[] {0, 0, 0, 1});
    mac.update("STORAGE\0".getBytes(StandardCharsets.US_ASCII));
    mac.update(name);
    mac.update(new byte[] {0, 0, 0, (byte) 128});
    return Arrays.copyOf(mac.doFinal(), 16);
  }

  private static void sized(ByteBuffer out, byte[] value) {
    out.putShort((short) value.length).put(value);
  }

  private static byte[] written(ByteBuffer out) {
    return Arrays.copyOf(out.array(), out.position());
  }
}
