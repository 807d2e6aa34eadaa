// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchEventTest {
  private static LaunchEvent.Start start() throws MalformedMessageException {
    return (LaunchEvent.Start) LaunchLog.parse(LaunchLogTest.vector()).entries().get(0).event();
  }

  private static LaunchEvent.Start with(LaunchEvent.Start s, List<String> egress) {
    return new LaunchEvent.Start(
        s.agent(),
        s.launch(),
        s.statement(),
        s.artifacts(),
        s.runtime(),
        s.arguments(),
        s.jvmOptions(),
        s.environment(),
        s.isolation(),
        egress,
        s.requestKey(),
        s.keyProtection(),
        s.signing(),
        s.launcher());
  }

  @Test
  void saysWhatLeavesTheAgentUnsigned() throws Exception {
    LaunchEvent.Start unsigned = with(start(), List.of("pass-through api.example:443"));
    byte[] json = StrictJson.encode(unsigned);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("\"egress\":[\"pass-through api.example:443\"]");
    assertThat(StrictJson.decode(json, LaunchEvent.class, 10_000)).isEqualTo(unsigned);
  }

  @Test
  void anEventOfAnAgentWhoseEveryRequestIsSignedIsWrittenAsBefore() throws Exception {
    assertThat(start().egress()).isEmpty();
    assertThat(new String(StrictJson.encode(start()), StandardCharsets.UTF_8))
        .doesNotContain("egress");
  }
}
