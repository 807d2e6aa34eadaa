// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.TestRequestKey;
import dev.signet.launcher.egress.EgressLimits;
import dev.signet.launcher.egress.ProxyFixture;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.launcher.process.PrivateCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningAgentIT {
  @TempDir Path dir;

  @Test
  void aFaultWhileStoppingStillEndsTheIdentityAndRemovesTheCopy() throws Exception {
    Path jar = Files.writeString(dir.resolve("agent.jar"), "bytes");
    LaunchDirectory directory = LaunchDirectory.create(dir, Optional.empty());
    PrivateCopy copy = PrivateCopy.of(jar, directory, 100);
    Identity identity =
        Identity.start(
            new DirectSigning(
                TestRequestKey.make(),
                () -> {
                  throw new IllegalStateException("not asked in this test");
                }),
            IdentityTest.result("token", Duration.ofHours(1)),
            new VerifierClock(Clock.systemUTC(), System::nanoTime),
            (step, text) -> {});
    try (ProxyFixture fixture =
        new ProxyFixture(
            EgressLimits.standard(), Optional.empty(), (client, own) -> Optional.empty())) {
      // Without a process, stopping it is a fault; without a register, so is recording a stop.
      RunningAgent agent =
          new RunningAgent(
              null,
              null,
              "thumbprint",
              null,
              fixture.proxy,
              identity,
              java.util.Optional.empty(),
              null,
              copy,
              directory,
              (step, text) -> {});
      assertThat(agent.attested()).isTrue();
      assertThatThrownBy(agent::close).isInstanceOf(NullPointerException.class);
      assertThat(agent.attested()).isFalse();
    }
    assertThat(dir).isDirectoryNotContaining(path -> !path.equals(jar));
  }
}
