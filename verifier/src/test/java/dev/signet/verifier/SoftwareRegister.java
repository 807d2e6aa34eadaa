// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.RegisterEvidence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Evidence of an NV launch register with every field open. Written from docs/protocol.md and the
 * TPM's specification, not with the product's own formulas.
 */
public final class SoftwareRegister {
  private static final byte[] LABEL =
      "signet-launch-register-v1".getBytes(StandardCharsets.US_ASCII);
  public static final Digest BASELINE = Digest.hash(new byte[32], Digest.hash(LABEL).toArray());

  private final SoftwareTpm tpm;
  public final byte[] input;
  public int index = 0x01815101;
  public int policyPcr = Sample.REGISTER;
  public int attributes = 0x2E040048;
  public int type = 0x8014;
  public int magic = 0xFF544347;
  public Bytes qualifiedSigner;
  public byte[] extraData;
  public long clock = 1_000_001;
  public int resetCount = 7;
  public int restartCount = 2;
  public int offset = 0;
  public byte[] contents;
  public byte[] tail = new byte[0];
  public byte[] openingInput;
  public Map<Integer, Digest> openingPcrs;
  public Bytes openingSigner;
  public long openingClock = 500;
  public int openingResetCount = 7;
  public int openingRestartCount = 2;

  /** A register that is right in everything. */
  public SoftwareRegister(SoftwareTpm tpm, byte[] input, Digest value) {
    this.tpm = tpm;
    this.input = input.clone();
    qualifiedSigner = tpm.qualifiedSigner(0x4000000B);
    openingSigner = qualifiedSigner;
    extraData = Digest.hash(input).toArray();
    contents = value.toArray();
    opened();
  }

  /** Has the opening fit the Name that the index now has. */
  public void opened() {
    openingInput =
        concat("signet-register-opening-v1\0".getBytes(StandardCharsets.US_ASCII), name());
    Digest measured = Digest.hash(LABEL, new byte[1], name());
    openingPcrs = new TreeMap<>(Map.of(policyPcr, Digest.hash(new byte[32], measured.toArray())));
  }

  /** The index's Name: TPMS_NV_PUBLIC of a register with a two-branch write policy. */
  public byte[] name() {
    byte[] map = new byte[3];
    map[policyPcr / 8] |= (byte) (1 << policyPcr % 8);
    byte[] first = hash(new byte[32], hex("0000017f00000001000b03"), map, hash(new byte[32]));
    first = hash(first, hex("0000018f00"));
    first = hash(first, hex("0000016b"));
    byte[] later = hash(new byte[32], hex("0000018f01"));
    later = hash(later, hex("0000016b"));
    byte[] policy = hash(new byte[32], hex("00000171"), first, later);
    ByteBuffer area = ByteBuffer.allocate(46);
    area.putInt(index).putShort((short) 0x000B).putInt(attributes);
    area.putShort((short) 32).put(policy).putShort((short) 32);
    return concat(hex("000b"), hash(area.array()));
  }

  public Bytes attest() {
    ByteBuffer out = ByteBuffer.allocate(1500);
    out.putInt(magic).putShort((short) type);
    sized(out, qualifiedSigner.toArray());
    sized(out, extraData);
    out.putLong(clock).putInt(resetCount).putInt(restartCount).put((byte) 1);
    out.putLong(0x2019_1023_0016_3636L);
    sized(out, name());
    out.putShort((short) offset);
    sized(out, contents);
    out.put(tail);
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Bytes.of(bytes);
  }

  public SoftwareTpm.Quote opening() {
    SoftwareTpm.Quote quote = tpm.quote(openingInput, openingPcrs);
    quote.qualifiedSigner = openingSigner;
    quote.clock = openingClock;
    quote.resetCount = openingResetCount;
    quote.restartCount = openingRestartCount;
    return quote;
  }

  public RegisterEvidence evidence() {
    return evidence(attest(), opening().attest());
  }

  /** The same over other signed bytes. */
  public RegisterEvidence evidence(Bytes attest, Bytes opening) {
    return new RegisterEvidence(index, attest, signed(attest), opening, signed(opening));
  }

  private Bytes signed(Bytes attest) {
    return SoftwareTpm.tpmtSignature(tpm.sign(attest.toArray()));
  }

  private static byte[] hash(byte[]... parts) {
    return Digest.hash(parts).toArray();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static byte[] concat(byte[] one, byte[] other) {
    return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
  }

  private static void sized(ByteBuffer out, byte[] value) {
    out.putShort((short) value.length).put(value);
  }
}
