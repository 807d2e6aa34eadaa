// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnwindingTest {
  @Test
  void undoesEverythingAlsoAfterAFaultInOneStep() {
    List<String> undone = new ArrayList<>();
    Unwinding unwinding = new Unwinding();
    unwinding.undo(() -> undone.add("key"));
    unwinding.undo(
        () -> {
          throw new IOException("full disk");
        });
    unwinding.undo(
        () -> {
          throw new IllegalStateException("fault");
        });

    assertThatThrownBy(unwinding::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("fault")
        .hasSuppressedException(new IOException("full disk"));
    assertThat(undone).containsExactly("key");
  }
}
