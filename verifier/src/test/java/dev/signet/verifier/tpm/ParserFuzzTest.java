// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.Vectors;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Hostile bytes lead to a value or to MalformedTpmStructureException, and to nothing else. */
class ParserFuzzTest {
  private static final byte[] ATTEST = Vectors.hex("swtpm/quote.attest.hex").toArray();
  private static final byte[] SIGNATURE = Vectors.hex("swtpm/quote.sig.hex").toArray();
  private static final byte[] PUBLIC = Vectors.hex("swtpm/ak.public.hex").toArray();
  private static final byte[] PARENT = Vectors.hex("swtpm/ak-parent.public.hex").toArray();

  @Property
  void randomBytes(@ForAll @Size(max = 1100) byte[] bytes) {
    parseAll(bytes);
  }

  @Property
  void randomTailsOfGoodHeads(
      @ForAll @IntRange(min = 0, max = 145) int cut, @ForAll @Size(max = 40) byte[] tail) {
    for (byte[] good : new byte[][] {ATTEST, SIGNATURE, PUBLIC, PARENT}) {
      byte[] head = Arrays.copyOf(good, Math.min(cut, good.length));
      byte[] joined = Arrays.copyOf(head, head.length + tail.length);
      System.arraycopy(tail, 0, joined, head.length, tail.length);
      parseAll(joined);
    }
  }

  @Test
  void everyValueOfEveryByte() {
    int accepted = 0;
    for (byte[] good : new byte[][] {ATTEST, SIGNATURE, PUBLIC, PARENT}) {
      assertThat(parseAll(good)).isEqualTo(1);
      byte[] bytes = good.clone();
      for (int at = 0; at < bytes.length; at++) {
        for (int value = 0; value < 256; value++) {
          bytes[at] = (byte) value;
          accepted += parseAll(bytes);
        }
        bytes[at] = good[at];
      }
    }
    // Names, digests, counters and coordinates may have any value; structure may not.
    assertThat(accepted).isBetween(1, 110_000);
  }

  @Test
  void everyTruncationAndOneByteMore() {
    for (byte[] good : new byte[][] {ATTEST, SIGNATURE, PUBLIC, PARENT}) {
      for (int size = 0; size < good.length; size++) {
        assertThat(parseAll(Arrays.copyOf(good, size))).as("%d bytes", size).isZero();
      }
      assertThat(parseAll(Arrays.copyOf(good, good.length + 1))).isZero();
    }
  }

  @Test
  void attack44HugeSizesAreRefusedBeforeAnythingIsAllocated() {
    byte[] attest = ATTEST.clone();
    int count = 4 + 2 + 2 + 34 + 2 + 32 + 25 - 8 + 8;
    assertThat(Bytes.of(Arrays.copyOfRange(attest, count, count + 4)).toHex())
        .isEqualTo("00000001");
    for (byte top : new byte[] {0x3F, 0x40, 0x7F, (byte) 0x80, (byte) 0xFF}) {
      attest[count] = top;
      assertThat(parseAll(attest)).isZero();
    }
    assertThat(parseAll(new byte[5_000_000])).isZero();
  }

  private static int parseAll(byte[] bytes) {
    int accepted = 0;
    try {
      QuoteAttest.parse(bytes);
      accepted++;
    } catch (MalformedTpmStructureException e) {
      assertThat(e).hasMessageStartingWith("TPMS_ATTEST: expected");
    }
    try {
      assertThat(EcdsaSignature.parse(bytes).size()).isEqualTo(64);
      accepted++;
    } catch (MalformedTpmStructureException e) {
      assertThat(e).hasMessageStartingWith("TPMT_SIGNATURE: expected");
    }
    try {
      assertThat(EccPublic.parse(bytes).encoded()).isEqualTo(Bytes.of(bytes));
      accepted++;
    } catch (MalformedTpmStructureException e) {
      assertThat(e).hasMessageStartingWith("TPMT_PUBLIC: expected");
    }
    return accepted;
  }
}
