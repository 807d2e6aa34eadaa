// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The templates of IMA's entries (Linux, {@code Documentation/security/IMA-templates.rst}; their
 * digests: {@code ima_calc_field_array_hash_tfm}).
 */
final class ImaTemplate {
  static final String IMA = "ima";
  static final String IMA_BUF = "ima-buf";

  /** Digest with algorithm, name; and for two of them one field more. */
  private static final List<String> TWO_FIELDS = List.of("ima-ng");

  private static final List<String> THREE_FIELDS = List.of("ima-sig", IMA_BUF);

  /** In the data of {@link #IMA}: a SHA-1 digest, and a name that is hashed padded to this. */
  static final int SHA1_BYTES = 20;

  private static final int IMA_NAME_BYTES = 256;
  private static final Pattern ALGORITHM = Pattern.compile("[a-z0-9-]{1,32}");
  private static final byte[] ONES = new byte[Digest.BYTES];

  static {
    Arrays.fill(ONES, (byte) 0xFF);
  }

  private ImaTemplate() {}

  /** Fields with a length before each; 0 where that is not known. */
  static int fields(String template) {
    return TWO_FIELDS.contains(template) ? 2 : THREE_FIELDS.contains(template) ? 3 : 0;
  }

  /** An entry of {@link #IMA}, whose fields have no lengths when they are hashed. */
  static ImaEntry ima(boolean violation, byte[] digest, byte[] name)
      throws MalformedImaLogException {
    if (name.length == 0 || name.length >= IMA_NAME_BYTES) {
      throw new MalformedImaLogException(
          "ima: expected a name of 1 to " + (IMA_NAME_BYTES - 1) + " bytes, got " + name.length);
    }
    // No digest covers the template: data of another one, with its lengths, must not pass for this.
    for (byte b : name) {
      if (b == 0) {
        throw new MalformedImaLogException("ima: expected no zero byte in the name");
      }
    }
    byte[] data = Arrays.copyOf(digest, SHA1_BYTES + IMA_NAME_BYTES);
    System.arraycopy(name, 0, data, SHA1_BYTES, name.length);
    return new ImaEntry(
        IMA,
        violation,
        extended(violation, data),
        Optional.of(
            new ImaEntry.Measured(
                new ImaDigest("sha1", Bytes.of(digest)), printable(name), Bytes.of(new byte[0]))));
  }

  /**
   * An entry of any other template.
   *
   * @param data all fields, each with its length before it as u32, little-endian
   */
  static ImaEntry entry(String template, boolean violation, byte[] data)
      throws MalformedImaLogException {
    int fields = fields(template);
    return new ImaEntry(
        template,
        violation,
        extended(violation, data),
        fields == 0 ? Optional.empty() : Optional.of(measured(template, data, fields)));
  }

  private static Digest extended(boolean violation, byte[] data) {
    return violation ? Digest.ofDigest(ONES) : Digest.hash(data);
  }

  private static ImaEntry.Measured measured(String template, byte[] data, int fields)
      throws MalformedImaLogException {
    ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    byte[] digest = field(template, in);
    byte[] name = field(template, in);
    byte[] extra = fields == 3 ? field(template, in) : new byte[0];
    if (in.hasRemaining()) {
      throw new MalformedImaLogException(
          template + ": expected " + fields + " fields, got " + in.remaining() + " bytes more");
    }
    return new ImaEntry.Measured(digest(template, digest), name(template, name), Bytes.of(extra));
  }

  private static byte[] field(String template, ByteBuffer in) throws MalformedImaLogException {
    long size = in.remaining() < 4 ? -1 : Integer.toUnsignedLong(in.getInt());
    if (size < 0 || size > in.remaining()) {
      throw new MalformedImaLogException(
          template + ": expected a field with its length before it, got a length of " + size);
    }
    byte[] field = new byte[(int) size];
    in.get(field);
    return field;
  }

  /** {@code d-ng}: the algorithm's name, a colon, a zero byte, the digest. */
  private static ImaDigest digest(String template, byte[] field) throws MalformedImaLogException {
    int colon = 0;
    while (colon < field.length && field[colon] != ':') {
      colon++;
    }
    String algorithm = new String(field, 0, colon, StandardCharsets.ISO_8859_1);
    int at = colon + 2;
    if (!ALGORITHM.matcher(algorithm).matches() || at > field.length || field[colon + 1] != 0) {
      throw new MalformedImaLogException(
          template + ": expected a digest with its algorithm before it (d-ng)");
    }
    byte[] value = Arrays.copyOfRange(field, at, field.length);
    Integer size = ImaDigest.BELIEVED.get(algorithm);
    if (value.length > 64 || (size != null && size != value.length)) {
      throw new MalformedImaLogException(
          template + ": expected a digest of " + algorithm + ", got " + value.length + " bytes");
    }
    return new ImaDigest(algorithm, Bytes.of(value));
  }

  /** {@code n-ng}: a name and a zero byte. */
  private static String name(String template, byte[] field) throws MalformedImaLogException {
    int size = field.length - 1;
    if (size < 0 || size > Limits.IMA_PATH_BYTES || field[size] != 0) {
      throw new MalformedImaLogException(
          template
              + ": expected a name of up to "
              + Limits.IMA_PATH_BYTES
              + " bytes and a zero byte, got "
              + field.length
              + " bytes");
    }
    for (int i = 0; i < size; i++) {
      if (field[i] == 0) {
        throw new MalformedImaLogException(template + ": expected one zero byte, after the name");
      }
    }
    return printable(Arrays.copyOf(field, size));
  }

  /** Injective, and without anything that a terminal or a reader could take for something else. */
  private static String printable(byte[] name) {
    StringBuilder out = new StringBuilder(name.length);
    for (byte b : name) {
      if (b < 0x20 || b == 0x7F || b == '\\') {
        out.append("\\x%02x".formatted(b & 0xFF));
      } else {
        out.append((char) b);
      }
    }
    return out.toString();
  }
}
