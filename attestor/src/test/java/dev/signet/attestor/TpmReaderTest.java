// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TpmReaderTest {
  @Test
  void refusesACountBeforeAllocating() {
    var reader = new TpmReader("list", new byte[] {0x40, 0, 0, 0});
    assertThatThrownBy(() -> reader.count(16)).hasMessageContaining("at most 16");
    var negative = new TpmReader("list", new byte[] {(byte) 0xff, -1, -1, -1});
    assertThatThrownBy(() -> negative.count(16)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesTruncationInsideSizedBuffers() {
    var reader = new TpmReader("structure", new byte[] {0, 5, 1, 2});
    assertThatThrownBy(() -> reader.sized(64)).hasMessageContaining("expected 5 more bytes");
    var large = new TpmReader("structure", new byte[] {(byte) 0xff, (byte) 0xff});
    assertThatThrownBy(() -> large.sized(64)).hasMessageContaining("at most 64");
  }

  @Test
  void refusesTrailingBytes() throws IOException {
    var reader = new TpmReader("structure", new byte[] {0, 1, 9, 7});
    assertThat(reader.sized(1)).containsExactly(9);
    assertThatThrownBy(reader::end).hasMessageContaining("1 bytes too many");
  }

  @Test
  void refusesBooleansOtherThanYesAndNo() {
    assertThatThrownBy(() -> new TpmReader("flag", new byte[] {2}).yesNo())
        .isInstanceOf(IOException.class);
  }

  @Test
  void readsUnsigned() throws IOException {
    var reader = new TpmReader("numbers", new byte[] {-1, -1, -1, -1, -1, -1, -1});
    assertThat(reader.u8()).isEqualTo(255);
    assertThat(reader.u16()).isEqualTo(65535);
    assertThat(reader.u32()).isEqualTo(0xffffffffL);
    reader.end();
  }
}
