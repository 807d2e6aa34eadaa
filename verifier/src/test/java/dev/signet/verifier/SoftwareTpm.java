// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.QuoteEvidence;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes TPM structures with a software key, so that each field can be wrong by itself. Written from
 * the specification, not with the verifier's own code: only so can it catch that code's errors.
 */
public final class SoftwareTpm {
  public static final int AK_ATTRIBUTES = 0x00050472;
  public static final int PARENT_ATTRIBUTES = 0x00030472;

  private final KeyPair ak = p256();
  private final KeyPair parent = p256();

  public Bytes akPublic() {
    return akPublic(AK_ATTRIBUTES);
  }

  public Bytes akPublic(int attributes) {
    return eccPublic(attributes, ak, false);
  }

  public Bytes parentPublic() {
    return parentPublic(PARENT_ATTRIBUTES);
  }

  public Bytes parentPublic(int attributes) {
    return eccPublic(attributes, parent, true);
  }

  public PublicJwk akKey() {
    return PublicJwk.of((ECPublicKey) ak.getPublic());
  }

  /** The qualified signer of a quote by the AK under a parent in the hierarchy with this handle. */
  public Bytes qualifiedSigner(int hierarchy) {
    byte[] root = name(ByteBuffer.allocate(4).putInt(hierarchy).array(), name(parentPublic()));
    return Bytes.of(name(root, name(akPublic())));
  }

  /** A quote that is right in everything. */
  public Quote quote(byte[] input, Map<Integer, Digest> pcrs) {
    return new Quote(input, pcrs);
  }

  /** TPMS_ATTEST with every field open. */
  public final class Quote {
    public int magic = 0xFF544347;
    public int type = 0x8018;
    public Bytes qualifiedSigner = SoftwareTpm.this.qualifiedSigner(0x4000000B);
    public Bytes extraData;
    public long clock = 1_000_000;
    public int resetCount = 7;
    public int restartCount = 2;
    public int safe = 1;
    public long firmwareVersion = 0x2019_1023_0016_3636L;
    public Bytes selections;
    public Bytes pcrDigest;
    public Bytes tail = Bytes.of(new byte[0]);
    public Map<Integer, Digest> values;

    private Quote(byte[] input, Map<Integer, Digest> pcrs) {
      extraData = Bytes.of(Digest.hash(input).toArray());
      values = new TreeMap<>(pcrs);
      byte[] map = new byte[3];
      MessageDigest md = Digest.sha256();
      values.forEach(
          (pcr, value) -> {
            map[pcr / 8] |= (byte) (1 << pcr % 8);
            md.update(value.toArray());
          });
      selections = Bytes.fromHex("00000001" + "000b" + "03" + Bytes.of(map).toHex());
      pcrDigest = Bytes.of(md.digest());
    }

    public Bytes attest() {
      ByteBuffer out = ByteBuffer.allocate(2000);
      out.putInt(magic).putShort((short) type);
      sized(out, qualifiedSigner);
      sized(out, extraData);
      out.putLong(clock).putInt(resetCount).putInt(restartCount).put((byte) safe);
      out.putLong(firmwareVersion).put(selections.toArray());
      sized(out, pcrDigest);
      out.put(tail.toArray());
      return written(out);
    }

    public QuoteEvidence evidence() {
      return signed(attest());
    }

    /** The same values over other signed bytes. */
    public QuoteEvidence signed(Bytes attest) {
      return with(attest, tpmtSignature(sign(attest.toArray())));
    }

    public QuoteEvidence with(Bytes attest, Bytes signature) {
      List<QuoteEvidence.PcrValue> list =
          new TreeMap<>(values)
              .entrySet().stream()
                  .map(e -> new QuoteEvidence.PcrValue(e.getKey(), e.getValue()))
                  .toList();
      return new QuoteEvidence(attest, signature, list);
    }
  }

  /** The AK's r || s. */
  public byte[] sign(byte[] message) {
    return sign(ak, message);
  }

  /** r || s by any key. */
  public static byte[] sign(KeyPair key, byte[] message) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(key.getPrivate());
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public static Bytes tpmtSignature(byte[] rs) {
    String hex = Bytes.of(rs).toHex();
    return Bytes.fromHex("0018000b0020" + hex.substring(0, 64) + "0020" + hex.substring(64));
  }

  public static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
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
    sized(out, jwk.x());
    sized(out, jwk.y());
    return written(out);
  }

  private static byte[] name(Bytes tpmtPublic) {
    return name(tpmtPublic.toArray());
  }

  private static byte[] name(byte[]... parts) {
    return Bytes.fromHex("000b" + Digest.hash(parts).toHex()).toArray();
  }

  private static void sized(ByteBuffer out, Bytes value) {
    out.putShort((short) value.size()).put(value.toArray());
  }

  private static Bytes written(ByteBuffer out) {
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Bytes.of(bytes);
  }
}
