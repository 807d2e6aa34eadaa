// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import dev.signet.protocol.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;

/**
 * A log as Linux's IMA writes it since 5.8: what the kernel exports in binary and in ASCII, and
 * what it extends the SHA-256 bank of PCR 10 with.
 */
public final class SimulatedImaLog {
  private static final byte[] NONE = new byte[0];

  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final StringBuilder ascii = new StringBuilder();
  private final boolean sha256Export;
  private Digest extended;
  private Digest value = Digest.ofDigest(new byte[Digest.BYTES]);
  private int entries;

  /** The export with template digests of SHA-1, which every kernel has. */
  public SimulatedImaLog() {
    this(false);
  }

  /**
   * @param sha256Export whether template digests are of SHA-256, as in newer kernels' {@code
   *     binary_runtime_measurements_sha256}
   */
  public SimulatedImaLog(boolean sha256Export) {
    this.sha256Export = sha256Export;
  }

  /**
   * The first entry of every boot.
   *
   * @param pcrs values of PCR 0 to 9 of the SHA-256 bank
   */
  public SimulatedImaLog bootAggregate(Collection<Digest> pcrs) {
    byte[] all = new byte[pcrs.size() * Digest.BYTES];
    int at = 0;
    for (Digest pcr : pcrs) {
      System.arraycopy(pcr.toArray(), 0, all, at, Digest.BYTES);
      at += Digest.BYTES;
    }
    return ng("sha256", Digest.hash(all).toArray(), "boot_aggregate");
  }

  /** A file in template {@code ima-ng}, with the SHA-256 digest of this content. */
  public SimulatedImaLog file(String path, String content) {
    return ng("sha256", Digest.hash(content.getBytes(StandardCharsets.UTF_8)).toArray(), path);
  }

  public SimulatedImaLog ng(String algorithm, byte[] digest, String path) {
    return entry("ima-ng", false, algorithm, digest, path, null);
  }

  /**
   * @param signature of the digest, with its header; no bytes where there is none
   */
  public SimulatedImaLog sig(String algorithm, byte[] digest, String path, byte[] signature) {
    return entry("ima-sig", false, algorithm, digest, path, signature);
  }

  public SimulatedImaLog buf(String name, byte[] content) {
    return entry("ima-buf", false, "sha256", Digest.hash(content).toArray(), name, content);
  }

  /** A file that was written while it was open to be measured, or the other way round. */
  public SimulatedImaLog violation(String path) {
    return entry("ima-ng", true, "sha256", new byte[Digest.BYTES], path, null);
  }

  /** A file in the oldest template. */
  public SimulatedImaLog ima(byte[] sha1, String path) {
    byte[] name = bytes(path);
    ByteArrayOutputStream hashed = new ByteArrayOutputStream();
    hashed.writeBytes(sha1);
    hashed.writeBytes(Arrays.copyOf(name, 256));
    head(false, hashed.toByteArray(), "ima", hex(sha1) + " " + path);
    binary.writeBytes(sha1);
    binary.writeBytes(u32(name.length));
    binary.writeBytes(name);
    return this;
  }

  /** An entry of any template whose fields have their lengths before them. */
  public SimulatedImaLog entry(
      String template,
      boolean violation,
      String algorithm,
      byte[] digest,
      String name,
      byte[] extra) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] prefix = bytes(algorithm + ":\0");
    data.writeBytes(u32(prefix.length + digest.length));
    data.writeBytes(prefix);
    data.writeBytes(digest);
    byte[] named = bytes(name + "\0");
    data.writeBytes(u32(named.length));
    data.writeBytes(named);
    if (extra != null) {
      data.writeBytes(u32(extra.length));
      data.writeBytes(extra);
    }
    String line = algorithm + ":" + hex(digest) + " " + name;
    head(violation, data.toByteArray(), template, extra == null ? line : line + " " + hex(extra));
    binary.writeBytes(u32(data.size()));
    binary.writeBytes(data.toByteArray());
    return this;
  }

  private void head(boolean violation, byte[] hashed, String template, String fields) {
    byte[] digest = sha256Export ? Digest.hash(hashed).toArray() : sha1(hashed);
    byte[] shown = violation ? new byte[digest.length] : digest;
    binary.writeBytes(u32(10));
    binary.writeBytes(shown);
    binary.writeBytes(u32(template.length()));
    binary.writeBytes(bytes(template));
    ascii.append("10 ").append(hex(shown)).append(' ').append(template).append(' ');
    ascii.append(fields).append('\n');
    byte[] ones = new byte[Digest.BYTES];
    Arrays.fill(ones, (byte) 0xFF);
    extended = violation ? Digest.ofDigest(ones) : Digest.hash(hashed);
    value = Digest.hash(value.toArray(), extended.toArray());
    entries++;
  }

  /** All entries, as the kernel exports them in binary. */
  public byte[] binary() {
    return binary.toByteArray();
  }

  /** All entries, as the kernel exports them in ASCII. */
  public byte[] ascii() {
    return bytes(ascii.toString());
  }

  /** What PCR 10 was extended with for the last entry. */
  public Digest extended() {
    return extended;
  }

  /** PCR 10 of the SHA-256 bank after all entries. */
  public Digest value() {
    return value;
  }

  public int entries() {
    return entries;
  }

  private static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static byte[] bytes(String text) {
    return text.isEmpty() ? NONE : text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] sha1(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
