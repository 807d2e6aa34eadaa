// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvisioningIT {
  @TempDir Path directory;

  @Test
  void shutsAllHierarchiesAndLeavesNothingLoaded() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      Attestor attestor = host.provision();
      TpmProperties properties = host.tpm().properties();
      assertThat(properties.ownerAuthSet()).isTrue();
      assertThat(properties.endorsementAuthSet()).isTrue();
      assertThat(properties.lockoutAuthSet()).isTrue();
      assertThat(attestor.akName().size()).isEqualTo(34);
      assertThat(host.leftInTheTpm()).isEmpty();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(host.state().resolve("attestor.json"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void secondRunChangesNothing() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      Attestor first = host.provision();
      var again =
          (Provisioning.Outcome.Provisioned) Provisioning.provision(host.tpm(), host.state());
      assertThat(again.changed()).isFalse();
      assertThat(again.attestor().akName()).isEqualTo(first.akName());
    }
  }

  @Test
  void keysSurviveARebootAndQuoteWithTheTrueCounters() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      host.reboot();
      Attestor attestor = host.attestor();
      var quote = attestor.quote(Digest.hash(new byte[1]), List.of(0, 7, 15));
      Attest attest = Attest.parse(quote.attest().toArray());
      assertThat(attest.clock().sameBoot(host.tpm().clock())).isTrue();
      assertThat(attest.clock().resetCount()).isEqualTo(2);
    }
  }
}
