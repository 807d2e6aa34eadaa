// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.BareItem;
import dev.signet.requestsignatures.structuredfields.Item;
import dev.signet.requestsignatures.structuredfields.Member;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import dev.signet.requestsignatures.structuredfields.StructuredFieldReader;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The digests of a message's content, as its Content-Digest field claims them (RFC 9530). */
public final class ContentDigest {
  /** The algorithms of RFC 9530 section 5 that are fit for hostile messages. */
  public enum Algorithm {
    SHA_256("sha-256", "SHA-256", 32),
    SHA_512("sha-512", "SHA-512", 64);

    private final String registeredName;
    private final String javaName;
    private final int length;

    Algorithm(String registeredName, String javaName, int length) {
      this.registeredName = registeredName;
      this.javaName = javaName;
      this.length = length;
    }

    /** The key in the field. */
    public String registeredName() {
      return registeredName;
    }

    MessageDigest newDigest() {
      try {
        return MessageDigest.getInstance(javaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this Java platform lacks " + javaName, e);
      }
    }
  }

  private final Map<Algorithm, byte[]> claimed;

  private ContentDigest(Map<Algorithm, byte[]> claimed) {
    this.claimed = claimed;
  }

  /**
   * Reads the field. Algorithms other than SHA-256 and SHA-512 are passed over (section 2), but one
   * of these two has to be there.
   *
   * @param fieldLines all lines of the field
   * @throws StructuredFieldException if the field is malformed, has a key twice, a digest of the
   *     wrong length, or no usable digest
   */
  public static ContentDigest parse(List<String> fieldLines) throws StructuredFieldException {
    Map<String, Member> members =
        StructuredFieldReader.refusingDuplicates(StructuredFields.combine(fieldLines))
            .readDictionaryField();
    Map<Algorithm, byte[]> claimed = new EnumMap<>(Algorithm.class);
    for (Algorithm algorithm : Algorithm.values()) {
      Member member = members.get(algorithm.registeredName);
      if (member == null) {
        continue;
      }
      if (!(member instanceof Item item && item.value() instanceof BareItem.BytesValue bytes)
          || bytes.value().length != algorithm.length) {
        throw new StructuredFieldException(
            "Content-Digest: expected "
                + algorithm.length
                + " bytes for "
                + algorithm.registeredName);
      }
      claimed.put(algorithm, bytes.value());
    }
    if (claimed.isEmpty()) {
      throw new StructuredFieldException(
          "Content-Digest: expected sha-256 or sha-512, got " + members.keySet());
    }
    return new ContentDigest(claimed);
  }

  /** The field's value for some content, with SHA-256. */
  public static String sha256Of(byte[] content) {
    return fieldValue(Algorithm.SHA_256, Algorithm.SHA_256.newDigest().digest(content));
  }

  /**
   * The field's value for a digest that was computed elsewhere, such as over a stream.
   *
   * @throws IllegalArgumentException if the digest has not the algorithm's length
   */
  public static String fieldValue(Algorithm algorithm, byte[] digest) {
    if (digest.length != algorithm.length) {
      throw new IllegalArgumentException(
          "expected " + algorithm.length + " bytes, got " + digest.length);
    }
    return algorithm.registeredName + "=:" + Base64.getEncoder().encodeToString(digest) + ':';
  }

  /** True where the field has a digest by this algorithm. */
  public boolean has(Algorithm algorithm) {
    return claimed.containsKey(algorithm);
  }

  /** True when the field claims exactly this digest for the algorithm; constant in time. */
  public boolean claims(Algorithm algorithm, byte[] digest) {
    byte[] value = claimed.get(algorithm);
    return value != null && MessageDigest.isEqual(value, digest);
  }

  /** True when every claimed digest is the content's. */
  public boolean matches(byte[] content) {
    return matches(content, 0, content.length);
  }

  /** The same for a part of an array. */
  public boolean matches(byte[] content, int offset, int length) {
    boolean all = true;
    for (Map.Entry<Algorithm, byte[]> entry : claimed.entrySet()) {
      MessageDigest digest = entry.getKey().newDigest();
      digest.update(content, offset, length);
      all &= MessageDigest.isEqual(entry.getValue(), digest.digest());
    }
    return all;
  }

  /**
   * Wraps a stream so that its end is only reached when the content was the claimed one: the read
   * that would report the end, and {@code close} before it, throw {@link DigestMismatchException}.
   * Until then a reader holds unverified bytes.
   *
   * @param maxLength most bytes that are let through; one more is a mismatch
   */
  public InputStream checking(InputStream content, long maxLength) {
    return new CheckedContent(content, maxLength, claimed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContentDigest that
        && claimed.keySet().equals(that.claimed.keySet())
        && claimed.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), that.claimed.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    return claimed.keySet().hashCode();
  }
}
