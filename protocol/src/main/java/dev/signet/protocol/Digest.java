// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A SHA-256 digest, 32 bytes. Written {@code sha256:} and 64 lower-case hexadecimal digits. No
 * other algorithm is accepted anywhere in the protocol. Equality is constant-time.
 */
public final class Digest {
  public static final int BYTES = 32;
  private static final int PIECE = 256 * 1024;
  private static final String PREFIX = "sha256:";

  private final byte[] value;

  private Digest(byte[] value) {
    this.value = value;
  }

  /** Takes a copy of 32 bytes that are a digest already. */
  public static Digest ofDigest(byte[] value) {
    if (value.length != BYTES) {
      throw new IllegalArgumentException(
          "expected a SHA-256 digest of 32 bytes, got " + value.length);
    }
    return new Digest(value.clone());
  }

  /** The digest of the concatenation of {@code parts}. */
  public static Digest hash(byte[]... parts) {
    MessageDigest md = sha256();
    for (byte[] part : parts) {
      md.update(part);
    }
    return new Digest(md.digest());
  }

  /** The digest of all that is left of {@code in}, which stays open. */
  public static Digest hash(InputStream in) throws IOException {
    MessageDigest md = sha256();
    byte[] piece = new byte[PIECE];
    for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
      md.update(piece, 0, n);
    }
    return new Digest(md.digest());
  }

  @JsonCreator
  public static Digest parse(String text) {
    if (text.length() != PREFIX.length() + 2 * BYTES || !text.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "expected sha256: and 64 lower-case hexadecimal digits, got " + abbreviated(text));
    }
    return parseHex(text.substring(PREFIX.length()));
  }

  /** Parses 64 lower-case hexadecimal digits. */
  public static Digest parseHex(String hex) {
    if (hex.length() != 2 * BYTES || !hex.chars().allMatch(Digest::lowerHex)) {
      throw new IllegalArgumentException(
          "expected 64 lower-case hexadecimal digits, got " + abbreviated(hex));
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public byte[] toArray() {
    return value.clone();
  }

  public String toHex() {
    return HexFormat.of().formatHex(value);
  }

  @Override
  @JsonValue
  public String toString() {
    return PREFIX + toHex();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest d && MessageDigest.isEqual(value, d.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  private static boolean lowerHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  private static String abbreviated(String text) {
    return text.length() <= 80 ? "\"" + text + "\"" : text.length() + " characters";
  }
}
