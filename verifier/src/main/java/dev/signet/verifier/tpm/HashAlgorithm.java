// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/** TPM_ALG_ID of hashes that are believed (Part 2 section 6.3). SHA-1 is not among them. */
public enum HashAlgorithm {
  SHA256(0x000B, 32),
  SHA384(0x000C, 48),
  SHA512(0x000D, 64);

  private final int id;
  private final int bytes;

  HashAlgorithm(int id, int bytes) {
    this.id = id;
    this.bytes = bytes;
  }

  static Optional<HashAlgorithm> of(int id) {
    for (HashAlgorithm hash : values()) {
      if (hash.id == id) {
        return Optional.of(hash);
      }
    }
    return Optional.empty();
  }

  static HashAlgorithm read(TpmReader in, String field) throws MalformedTpmStructureException {
    int id = in.u16(field);
    return of(id)
        .orElseThrow(() -> in.malformed(field + " SHA-256, SHA-384 or SHA-512", describe(id)));
  }

  /** For messages: a name where there is a known one. */
  public static String describe(int id) {
    return id == 0x0004 ? "SHA-1" : of(id).map(h -> h.standardName()).orElse("%04x".formatted(id));
  }

  /** Whether {@code id} is this one. */
  public boolean is(int id) {
    return this.id == id;
  }

  /** Of a digest. */
  public int bytes() {
    return bytes;
  }

  /** As in {@code sha256}, the name of a bank of PCRs. */
  public String bank() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As in {@code SHA-256}, for the Java platform. */
  public String standardName() {
    return "SHA-" + bytes * 8;
  }

  public MessageDigest digest() {
    try {
      return MessageDigest.getInstance(standardName());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-2", e);
    }
  }
}
