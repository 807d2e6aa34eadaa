// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.MalformedMessageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TilesTest {
  @Test
  void tilesAreNamedAsTheSpecificationHasIt() {
    assertThat(new TilePath(0, 1234067, 256)).hasToString("0/x001/x234/067");
    assertThat(new TilePath(1, 0, 17)).hasToString("1/000.p/17");
    assertThat(new TilePath(TilePath.ENTRIES, 1000, 255)).hasToString("entries/x001/000.p/255");
    assertThat(TilePath.parse("0/x001/x234/067")).contains(new TilePath(0, 1234067, 256));
    assertThat(TilePath.parse("entries/999.p/1")).contains(new TilePath(TilePath.ENTRIES, 999, 1));
    TilePath second = new TilePath(1, 3, 256);
    assertThat(second.first()).isEqualTo(768);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0/",
        "0/1",
        "0/0000",
        "0/x000/001",
        "0/001/002",
        "8/000",
        "00/000",
        "-1/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/300",
        "0/000.p/01",
        "0/000/",
        "0/../000",
        "Entries/000",
        "0/x001/x002/x003/x004/005"
      })
  void refusesOtherNames(String path) {
    assertThat(TilePath.parse(path)).isEmpty();
  }

  @Test
  void entriesComeBackAsTheyWere() throws Exception {
    List<byte[]> entries = List.of("one".getBytes(), new byte[0], new byte[0xFFFF]);
    byte[] bundle = EntryBundle.encode(entries);
    assertThat(bundle).hasSize(3 * 2 + 3 + 0xFFFF).startsWith(0, 3, 'o');
    assertThat(EntryBundle.parse(bundle, 3)).containsExactlyElementsOf(entries);
    assertThatThrownBy(() -> EntryBundle.encode(List.of(new byte[0x10000])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesOtherNumbersOfEntriesAndHalfOnes() throws Exception {
    byte[] bundle = EntryBundle.encode(List.of(new byte[] {1}, new byte[] {2}));
    for (int count : new int[] {0, 1, 3}) {
      assertThatThrownBy(() -> EntryBundle.parse(bundle, count))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageStartingWith("expected " + count + " entries and no more");
    }
    for (int length = 0; length < bundle.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bundle, length);
      assertThatThrownBy(() -> EntryBundle.parse(cut, 2))
          .as("cut at " + length)
          .isInstanceOf(MalformedMessageException.class);
    }
    assertThat(EntryBundle.parse(new byte[0], 0)).isEmpty();
  }
}
