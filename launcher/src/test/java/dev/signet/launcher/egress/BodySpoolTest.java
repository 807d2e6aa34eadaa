// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodySpoolTest {
  @TempDir Path dir;

  private final SpoolBudget budget = new SpoolBudget(100);

  @Test
  void bodiesInMemoryAndInFilesShareOneBudget() throws Exception {
    BodySpool inFile = spool();
    write(inFile, 60);
    assertThat(inFile.inMemory()).isFalse();
    BodySpool inMemory = spool();
    write(inMemory, 8);
    assertThat(inMemory.inMemory()).isTrue();
    BodySpool third = spool();
    write(third, 32);
    assertThatThrownBy(() -> write(third, 1))
        .isInstanceOfSatisfying(
            RefusedRequestException.class,
            e -> assertThat(e.problem().reason()).isEqualTo(EgressReason.SPOOL_FULL));
    assertThat(third.length()).isEqualTo(32);
  }

  @Test
  void aDiscardedBodyGivesItsRoomBackOnce() throws Exception {
    BodySpool first = spool();
    write(first, 60);
    first.discard();
    first.discard();
    write(spool(), 100);
    BodySpool over = spool();
    assertThatThrownBy(() -> write(over, 1)).isInstanceOf(RefusedRequestException.class);
  }

  private BodySpool spool() {
    return new BodySpool(dir, 10, budget);
  }

  private static void write(BodySpool spool, int bytes) throws Exception {
    spool.write(Unpooled.wrappedBuffer(new byte[bytes]));
  }
}
