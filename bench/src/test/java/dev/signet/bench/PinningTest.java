// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PinningTest {
  @Test
  void processesStartedMeanwhileHaveOneProcessor() throws IOException, InterruptedException {
    String before = processors();
    try (Pinning _ = Pinning.toOneCore()) {
      assertThat(processors()).isEqualTo("1");
    }
    assertThat(processors()).isEqualTo(before);
  }

  private static String processors() throws IOException, InterruptedException {
    return Processes.output(Duration.ofSeconds(10), List.of("nproc")).strip();
  }
}
