// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1_000_003})
  void aStreamHasTheDigestOfItsBytes(int length) throws IOException {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    assertThat(Digest.hash(new ByteArrayInputStream(bytes))).isEqualTo(Digest.hash(bytes));
    // In reads that are shorter than what was asked for.
    SequenceInputStream pieces =
        new SequenceInputStream(
            new ByteArrayInputStream(bytes, 0, length / 3),
            new ByteArrayInputStream(bytes, length / 3, length - length / 3));
    assertThat(Digest.hash(pieces)).isEqualTo(Digest.hash(bytes));
  }
}
