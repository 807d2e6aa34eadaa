// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Provisioning that is cut off, or that finds something of somebody else's. */
class ProvisioningRecoveryIT {
  @TempDir Path directory;

  @Test
  void goesOnAfterTheConnectionBrokeAtAnyCommand() throws IOException {
    int cutAt = 0;
    boolean wasCut = true;
    while (wasCut) {
      cutAt++;
      try (TestHost host = TestHost.fresh(directory.resolve("h" + cutAt))) {
        wasCut = provisionCutAt(host, cutAt);
        host.bus().changingCommands(command -> command);
        host.bus().changingResponses(response -> response);
        Attestor attestor = host.provision();
        assertThat(attestor.quote(Digest.hash(new byte[1]), List.of(15)).pcrs()).hasSize(1);
        TpmProperties properties = host.tpm().properties();
        assertThat(properties.lockoutAuthSet() && properties.ownerAuthSet()).isTrue();
        assertThat(properties.lockoutCounter()).isZero();
        assertThat(host.leftInTheTpm()).isEmpty();
      }
    }
    assertThat(cutAt).as("commands of a provisioning").isGreaterThan(20);
  }

  /** The TPM runs the command, its answer never comes: the worst case. */
  private static boolean provisionCutAt(TestHost host, int n) {
    int[] count = {0};
    host.bus()
        .changingResponses(
            response -> {
              if (++count[0] == n) {
                throw new UncheckedIOException(new IOException("cut"));
              }
              return response;
            });
    try {
      Provisioning.provision(host.tpm(), host.state());
      return count[0] >= n;
    } catch (UncheckedIOException | IOException e) {
      return true;
    }
  }

  @Test
  void refusesATpmWhoseAuthorizationsAreSomebodyElses() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      var outcome = Provisioning.provision(host.tpm(), directory.resolve("another-state"));
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Provisioning.Outcome.Refused.class,
              refused -> {
                assertThat(refused.reason()).isEqualTo(Provisioning.Reason.AUTH_NOT_OURS);
                assertThat(refused.detail()).contains("owner, endorsement, lockout");
              });
      assertThat(Files.exists(directory.resolve("another-state/attestor.json"))).isFalse();
    }
  }

  @Test
  void refusesAnSrkHandleThatIsTaken() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      host.tpm()
          .connection()
          .transact(
              transaction -> {
                ObjectCommands objects = new ObjectCommands(transaction);
                Entity owner = Entity.plain(Entity.OWNER);
                var other = objects.createPrimary(owner, Templates.ekP256(), null);
                objects.persist(owner, other, HostKeys.SRK_HANDLE, null);
                return null;
              });
      assertThat(Provisioning.provision(host.tpm(), host.state()))
          .isInstanceOfSatisfying(
              Provisioning.Outcome.Refused.class,
              refused ->
                  assertThat(refused.reason()).isEqualTo(Provisioning.Reason.SRK_HANDLE_TAKEN));
      assertThat(host.tpm().properties().ownerAuthSet()).isFalse();
    }
  }

  @Test
  void refusesAStateDirectoryThatOthersMayRead() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      Files.setPosixFilePermissions(host.state(), PosixFilePermissions.fromString("rwxr-x---"));
      assertThatThrownBy(host::attestor)
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.STATE_UNREADABLE));
    }
  }

  @Test
  void refusesAStateFileOfAnotherVersionOrShape() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      Path file = host.state().resolve("attestor.json");
      String good = Files.readString(file);
      for (String bad :
          List.of(
              good.replace("\"version\":1", "\"version\":2"),
              good.replace("{\"version\"", "{\"extra\":1,\"version\""),
              good.substring(0, good.length() / 2),
              good + "x")) {
        Files.writeString(file, bad);
        assertThatThrownBy(host::attestor)
            .isInstanceOfSatisfying(
                AttestorException.class,
                e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.STATE_UNREADABLE))
            .hasMessageNotContaining(good.substring(60, 90));
      }
    }
  }

  @Test
  void anUnprovisionedHostIsNamed() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      assertThatThrownBy(host::attestor)
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.NOT_PROVISIONED));
    }
  }
}
