// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.jcajce.provider.digest.SM3;

/**
 * A bank of PCRs.
 *
 * @param algorithm TPM_ALG_ID (TPM 2.0 Library Part 2, 6.3)
 * @param digestBytes of each of its PCRs
 */
public record Bank(int algorithm, int digestBytes) {
  /** A digest that a TPM may know. */
  private record Algorithm(String name, int digestBytes, String java) {}

  private static final Map<Integer, Algorithm> KNOWN =
      Map.of(
          0x0004, new Algorithm("sha1", 20, "SHA-1"),
          0x000B, new Algorithm("sha256", 32, "SHA-256"),
          0x000C, new Algorithm("sha384", 48, "SHA-384"),
          0x000D, new Algorithm("sha512", 64, "SHA-512"),
          0x0012, new Algorithm("sm3_256", 32, "SM3"),
          0x0027, new Algorithm("sha3_256", 32, "SHA3-256"),
          0x0028, new Algorithm("sha3_384", 48, "SHA3-384"),
          0x0029, new Algorithm("sha3_512", 64, "SHA3-512"));

  private static final int MOST_DIGEST_BYTES = 64;

  /** Its collisions are for sale: parsed, since old logs have nothing else, and never trusted. */
  public static final Bank SHA1 = new Bank(0x0004, 20);

  /** The only bank that evidence is judged by. */
  public static final Bank SHA256 = new Bank(0x000B, 32);

  public Bank {
    Algorithm known = KNOWN.get(algorithm);
    int least = known == null ? 1 : known.digestBytes();
    int most = known == null ? MOST_DIGEST_BYTES : known.digestBytes();
    if (digestBytes < least || digestBytes > most) {
      throw new IllegalArgumentException(
          "algorithm %04x: expected digests of %d to %d bytes, got %d"
              .formatted(algorithm, least, most, digestBytes));
    }
  }

  /** As tpm2-tools name it; of an unknown algorithm its number. */
  public String name() {
    Algorithm known = KNOWN.get(algorithm);
    return known == null ? "%04x".formatted(algorithm) : known.name();
  }

  /** Empty for an algorithm that is not known: its digests are skipped. */
  Optional<MessageDigest> digest() {
    Algorithm known = KNOWN.get(algorithm);
    if (known == null) {
      return Optional.empty();
    }
    if (known.java().equals("SM3")) {
      return Optional.of(new SM3.Digest());
    }
    try {
      return Optional.of(MessageDigest.getInstance(known.java()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java platform lacks " + known.java(), e);
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
