// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignatureRangeTest {
  private static final String ONE =
      "0000000000000000000000000000000000000000000000000000000000000001";

  /** The order n of P-256 is ffffffff…632551: 1 to n-1 are scalars (FIPS 186-5). */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000000000000000000000000000000000000000000000000000, false",
    "0000000000000000000000000000000000000000000000000000000000000001, true",
    "0100000000000000000000000000000000000000000000000000000000000000, true",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550, true",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551, false",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552, false",
    "ffffffff00000001000000000000000000000000000000000000000000000000, false",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, false"
  })
  void boundsBothHalvesOfP256Signatures(String scalar, boolean in) {
    assertThat(contains(SignatureAlgorithm.ECDSA_P256_SHA256, scalar + ONE)).isEqualTo(in);
    assertThat(contains(SignatureAlgorithm.ECDSA_P256_SHA256, ONE + scalar)).isEqualTo(in);
  }

  /** The order L of edwards25519 is 2^252 + 27742…; S is below it (RFC 8032 section 5.1.7). */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000000000000000000000000000000000000000000000000000, true",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ec, true",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed, false",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ee, false",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d400, false",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf4ffff, true",
    "1000000000000000000000000000000100000000000000000000000000000000, false",
    "0fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, true",
    "1100000000000000000000000000000000000000000000000000000000000000, false",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, false"
  })
  void boundsTheScalarOfEd25519Signatures(String bigEndian, boolean in) {
    byte[] signature = new byte[64];
    // The first half is a point, in which any bytes are for the provider to judge.
    Arrays.fill(signature, 0, 32, (byte) 0xff);
    byte[] scalar = HexFormat.of().parseHex(bigEndian);
    for (int i = 0; i < 32; i++) {
      signature[63 - i] = scalar[i];
    }
    assertThat(SignatureRange.contains(SignatureAlgorithm.ED25519, signature)).isEqualTo(in);
  }

  @ParameterizedTest
  @CsvSource({"ECDSA_P256_SHA256", "ED25519"})
  void refusesOtherLengths(SignatureAlgorithm algorithm) {
    for (int length : new int[] {0, 1, 63, 65, 72, 128}) {
      byte[] signature = new byte[length];
      Arrays.fill(signature, (byte) 1);
      assertThat(SignatureRange.contains(algorithm, signature)).as("%d", length).isFalse();
    }
  }

  private static boolean contains(SignatureAlgorithm algorithm, String hex) {
    return SignatureRange.contains(algorithm, HexFormat.of().parseHex(hex));
  }
}
