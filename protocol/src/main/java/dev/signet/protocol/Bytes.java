// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Immutable bytes. In JSON: base64url without padding (RFC 4648 section 5), canonical form only.
 * Equality is constant-time in the content.
 */
public final class Bytes {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  /** Copies {@code value}. */
  public static Bytes of(byte[] value) {
    return new Bytes(value.clone());
  }

  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public static Bytes fromHex(String hex) {
    return new Bytes(HexFormat.of().parseHex(hex));
  }

  /**
   * @throws IllegalArgumentException if {@code text} is not canonical base64url without padding
   */
  @JsonCreator
  public static Bytes fromBase64Url(String text) {
    byte[] decoded;
    try {
      decoded = DECODER.decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected base64url without padding", e);
    }
    // The decoder accepts padding and non-zero trailing bits; one value must have one form.
    if (!ENCODER.encodeToString(decoded).equals(text)) {
      throw new IllegalArgumentException("expected canonical base64url without padding");
    }
    return new Bytes(decoded);
  }

  @JsonValue
  public String toBase64Url() {
    return ENCODER.encodeToString(value);
  }

  public String toHex() {
    return HexFormat.of().formatHex(value);
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return value.clone();
  }

  public String toUtf8() {
    return new String(value, StandardCharsets.UTF_8);
  }

  public int size() {
    return value.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes b && MessageDigest.isEqual(value, b.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return toBase64Url();
  }
}
