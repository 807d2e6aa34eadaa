// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an interposer on the bus of a discrete TPM sees and can do. */
class BusIT {
  @TempDir Path directory;

  @Test
  void attack33ProvisioningShowsNoAuthorizationValue() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      Attestor attestor = host.provision();
      host.reboot();
      host.attestor().quote(Digest.hash(new byte[1]), List.of(15));
      AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
      assertThat(host.bus().saw(attestor.akPublic().toArray())).as("the tap works").isTrue();
      assertThat(host.bus().saw(state.ownerAuth().toArray())).isFalse();
      assertThat(host.bus().saw(state.endorsementAuth().toArray())).isFalse();
      assertThat(host.bus().saw(state.lockoutAuth().toArray())).isFalse();
      assertThat(host.bus().saw(state.akAuth().toArray())).isFalse();
    }
  }

  @Test
  void attack33NvRegisterShowsNotWhatItIsWrittenWith() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      Attestor attestor = host.provision(NvRegisterIT.WITH_REGISTER);
      LaunchRegister register = attestor.nvLaunchRegister();
      register.append(NvRegisterIT.start(LaunchId.random(TestHost.RANDOM)));
      AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
      byte[] auth = state.registerAuth().toArray();
      assertThat(auth).hasSize(32);
      assertThat(host.bus().saw(attestor.akPublic().toArray())).as("the tap works").isTrue();
      assertThat(host.bus().saw(auth)).isFalse();
      assertThat(host.bus().saw(Arrays.copyOf(auth, 16))).isFalse();
    }
  }

  @Test
  void changedResponseIsRefused() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      Attestor attestor = host.attestor();
      host.bus()
          .changingResponses(
              response -> {
                // A bit in the middle of the quote, which has the header and parameterSize before.
                if (response.length > 200 && isQuote(response)) {
                  response[40] ^= 1;
                }
                return response;
              });
      assertThatThrownBy(() -> attestor.quote(Digest.hash(new byte[1]), List.of(15)))
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.BUS_TAMPERED));
      host.bus().changingResponses(response -> response);
      assertThat(attestor.quote(Digest.hash(new byte[1]), List.of(15)).pcrs()).hasSize(1);
      assertThat(host.leftInTheTpm()).isEmpty();
    }
  }

  private static boolean isQuote(byte[] response) {
    return ByteBuffer.wrap(response).getInt(16) == 0xff544347;
  }

  @Test
  void changedCommandIsRefusedByTheTpm() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      Attestor attestor = host.attestor();
      host.bus()
          .changingCommands(
              command -> {
                if (BusTap.commandCode(command) == 0x158) { // Quote: another selection
                  command[command.length - 1] ^= 1;
                }
                return command;
              });
      assertThatThrownBy(() -> attestor.quote(Digest.hash(new byte[1]), List.of(15)))
          .isInstanceOf(TpmException.class)
          .hasMessageContaining("BAD_AUTH");
    }
  }

  @Test
  void authorizationValueIsNeverSentInAPasswordSession() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      HostKeys keys = keysOf(host);
      assertThatThrownBy(
              () ->
                  host.tpm()
                      .connection()
                      .transact(
                          transaction ->
                              new ObjectCommands(transaction)
                                  .createPrimary(
                                      keys.endorsement(), Templates.storageP256(), null)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(host.bus().saw(keys.endorsementAuth())).isFalse();
    }
  }

  @Test
  void secretsAreMadeAndReleasedOnlyEncrypted() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      HostKeys keys = keysOf(host);
      assertThatThrownBy(
              () ->
                  host.tpm()
                      .connection()
                      .transact(
                          transaction ->
                              new ObjectCommands(transaction)
                                  .create(
                                      keys.srkEntity(),
                                      new byte[32],
                                      new byte[32],
                                      Templates.sealed(new byte[32]),
                                      transaction.hmacSession(keys.saltKey()).plain())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("encrypted");
    }
  }

  @Test
  void saltIsEncryptedToTheStoredKeyNotToOneOfferedOnTheBus() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      PublicArea stored = keysOf(host).srk();
      // An interposer that answers every ReadPublic of the SRK with a key of his own is found out.
      host.bus()
          .changingResponses(
              response -> {
                int at = indexOf(response, stored.point().x());
                if (at > 0) {
                  response[at] ^= 1;
                }
                return response;
              });
      assertThatThrownBy(host::attestor).isInstanceOf(AttestorException.class);
    }
  }

  private static int indexOf(byte[] in, byte[] what) {
    for (int i = 0; i + what.length <= in.length; i++) {
      if (Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
    return -1;
  }

  static HostKeys keysOf(TestHost host) throws IOException {
    return HostKeys.of(AttestorState.read(StateDirectory.open(host.state())).orElseThrow());
  }
}
