// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

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
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.SortedMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a TPM would answer, from keys in memory: an RSA endorsement key, an attestation key (AK) and
 * its parent. It is for tests of a verifier, and says on request what no TPM would; and for
 * measurements of one that takes evidence faster than a simulator makes it. Structures are those of
 * the TPM 2.0 Library, part 2. For one thread at a time.
 */
public final class SoftwareTpm {
  /** TPMA_OBJECT of a restricted signing key that the TPM made and keeps. */
  public static final int RESTRICTED_SIGNING = 0x00050472;

  private static final int RESTRICTED_STORAGE = 0x00030472;
  private static final int ENDORSEMENT_HIERARCHY = 0x4000000B;

  /** Makes signatures with one key. */
  @FunctionalInterface
  public interface Signer {
    /** Gives r || s of ECDSA over the message's SHA-256, 64 bytes. */
    byte[] sign(byte[] message);
  }

  /** Where signers come from. */
  @FunctionalInterface
  public interface Signers {
    Signer of(PrivateKey key) throws GeneralSecurityException;
  }

  private final KeyPair ek;
  private final KeyPair parent;
  private final Signers signers;
  private KeyPair ak;
  private Signer signer;
  private int akAttributes = RESTRICTED_SIGNING;
  private long clock = 1_000_000;
  private int resetCount = 7;
  private int restartCount = 2;
  private long firmware = 1;

  /** With signatures by this JDK. */
  public SoftwareTpm() {
    this(key -> message -> sign(key, message));
  }

  public SoftwareTpm(Signers signers) {
    this(signers, generate("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)));
  }

  /** With this endorsement key, RSA-2048. */
  public SoftwareTpm(Signers signers, KeyPair ek) {
    this.signers = signers;
    this.parent = p256();
    this.ek = ek;
    newAk();
  }

  private SoftwareTpm(SoftwareTpm original) {
    this.signers = original.signers;
    this.ek = original.ek;
    this.parent = original.parent;
    this.ak = original.ak;
    this.signer = original.signer;
    this.akAttributes = original.akAttributes;
    this.clock = original.clock;
    this.resetCount = original.resetCount;
    this.restartCount = original.restartCount;
    this.firmware = original.firmware;
  }

  /** A second one with the same keys and counters, as a copied virtual TPM is. */
  public SoftwareTpm copy() {
    return new SoftwareTpm(this);
  }

  /** Lets time pass; in milliseconds. */
  public void pass(long milliseconds) {
    clock += milliseconds;
  }

  /** From now on this is its firmwareVersion. */
  public void updateFirmware(long version) {
    firmware = version;
  }

  /** As TPM2_Create would: another AK under the same endorsement key. */
  public void newAk() {
    ak = p256();
    try {
      signer = signers.of(ak.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no signer for a P-256 key", e);
    }
  }

  /** Says other TPMA_OBJECT bits of the AK than {@link #RESTRICTED_SIGNING}. */
  public void claimAkAttributes(int attributes) {
    akAttributes = attributes;
  }

  /** Sets the clock back, which no TPM does; in milliseconds. */
  public void turnClockBack(long milliseconds) {
    clock -= milliseconds;
  }

  /** As TPM2_Startup after a power cycle. What is in PCRs is told at each quote. */
  public void reset() {
    resetCount++;
    restartCount = 0;
  }

  public int resetCount() {
    return resetCount;
  }

  public int restartCount() {
    return restartCount;
  }

  public PublicKey endorsementKey() {
    return ek.getPublic();
  }

  /** TPMT_PUBLIC of the AK. */
  public Bytes akPublic() {
    return eccPublic(akAttributes, ak, false);
  }

  /** TPMT_PUBLIC of the AK's parent. */
  public Bytes parentPublic() {
    return eccPublic(RESTRICTED_STORAGE, parent, true);
  }

  public Bytes akName() {
    return Bytes.of(name(akPublic().toArray()));
  }

  /**
   * TPM2_ActivateCredential.
   *
   * @throws GeneralSecurityException if the credential is not for this AK, as TPM_RC_INTEGRITY
   */
  public Bytes activate(Bytes credentialBlob, Bytes encryptedSecret)
      throws GeneralSecurityException {
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
    byte[] expected = hmac(kdfa(seed, "INTEGRITY", new byte[0], 32), encrypted, name);
    if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(blob, 2, 2 + macSize))) {
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

  /**
   * TPM2_Quote over the SHA-256 of {@code input}; the clock goes on.
   *
   * @param pcrs what the PCRs are said to be
   */
  public QuoteEvidence quote(byte[] input, SortedMap<Integer, Digest> pcrs) {
    clock += 10;
    byte[] selected = new byte[3];
    MessageDigest values = Digest.sha256();
    pcrs.forEach(
        (pcr, value) -> {
          selected[pcr / 8] |= (byte) (1 << pcr % 8);
          values.update(value.toArray());
        });
    byte[] hierarchy = ByteBuffer.allocate(4).putInt(ENDORSEMENT_HIERARCHY).array();
    ByteBuffer out = ByteBuffer.allocate(512);
    out.putInt(0xFF544347).putShort((short) 0x8018);
    sized(out, name(name(hierarchy, name(parentPublic().toArray())), akName().toArray()));
    sized(out, Digest.hash(input).toArray());
    out.putLong(clock).putInt(resetCount).putInt(restartCount).put((byte) 1).putLong(firmware);
    out.putInt(1).putShort((short) 0x0B).put((byte) selected.length).put(selected);
    sized(out, values.digest());
    byte[] attest = written(out);
    return new QuoteEvidence(
        Bytes.of(attest),
        signature(signer.sign(attest)),
        pcrs.entrySet().stream()
            .map(e -> new QuoteEvidence.PcrValue(e.getKey(), e.getValue()))
            .toList());
  }

  /** A signature of any P-256 key: r || s over the message's SHA-256. */
  public static byte[] sign(PrivateKey key, byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK signs with P-256", e);
    }
  }

  /** A new key pair. */
  public static KeyPair p256() {
    return generate("EC", new ECGenParameterSpec("secp256r1"));
  }

  private static KeyPair generate(String kind, AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      generator.initialize(parameters);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK makes " + kind + " keys", e);
    }
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

  /** KDFa of part 1, section 11.4.10.2, for at most one block. */
  private static byte[] kdfa(byte[] key, String label, byte[] context, int bytes)
      throws GeneralSecurityException {
    byte[] block =
        hmac(
            key,
            new byte[] {0, 0, 0, 1},
            (label + "\0").getBytes(StandardCharsets.US_ASCII),
            context,
            ByteBuffer.allocate(4).putInt(bytes * 8).array());
    return Arrays.copyOf(block, bytes);
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static void sized(ByteBuffer out, byte[] value) {
    out.putShort((short) value.length).put(value);
  }

  private static byte[] written(ByteBuffer out) {
    return Arrays.copyOf(out.array(), out.position());
  }
}
