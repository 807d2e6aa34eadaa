// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.Arrays;

/**
 * Refuses signatures that no signer makes before a provider sees them: providers differ in what
 * they do with such (some throw, and CVE-2022-21449 accepted r = s = 0).
 */
final class SignatureRange {
  private static final int SCALAR_LENGTH = 32;

  /** Order of P-256, big-endian (SP 800-186 section 3.2.1.3). */
  private static final byte[] P256_ORDER =
      java.util.HexFormat.of()
          .parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

  /** Order of edwards25519, big-endian (RFC 8032 section 5.1). */
  private static final byte[] ED25519_ORDER =
      java.util.HexFormat.of()
          .parseHex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");

  private SignatureRange() {}

  static boolean contains(SignatureAlgorithm algorithm, byte[] signature) {
    if (signature.length != SignatureAlgorithm.SIGNATURE_LENGTH) {
      return false;
    }
    return switch (algorithm) {
      case ECDSA_P256_SHA256 -> isScalar(signature, 0) && isScalar(signature, SCALAR_LENGTH);
      case ED25519 -> isBelowEd25519Order(signature);
    };
  }

  private static boolean isScalar(byte[] signature, int offset) {
    boolean zero = true;
    for (int i = offset; i < offset + SCALAR_LENGTH && zero; i++) {
      zero = signature[i] == 0;
    }
    int order =
        Arrays.compareUnsigned(
            signature, offset, offset + SCALAR_LENGTH, P256_ORDER, 0, SCALAR_LENGTH);
    return !zero && order < 0;
  }

  /** S is little-endian; one that is not reduced would give a message a second signature. */
  private static boolean isBelowEd25519Order(byte[] signature) {
    for (int i = 0; i < SCALAR_LENGTH; i++) {
      int digit = signature[signature.length - 1 - i] & 0xff;
      int limit = ED25519_ORDER[i] & 0xff;
      if (digit != limit) {
        return digit < limit;
      }
    }
    return false;
  }
}
