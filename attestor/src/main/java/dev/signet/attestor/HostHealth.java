// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How hardened a provisioned host is, and whether what hardens it is in order: for {@code signet
 * doctor}.
 *
 * @param registerName for people
 * @param registerPcr that moves with the register; 0 where there is none
 * @param sealedTo PCRs of the boot state; empty where the secret is not sealed
 */
public record HostHealth(
    Register register,
    String registerName,
    int registerPcr,
    Secret secret,
    List<Integer> sealedTo) {

  /** The NV launch register. */
  public enum Register {
    NONE,
    MISSING,
    /** Another index is in its place. */
    FOREIGN,
    NOT_OPENED,
    OPENED
  }

  /** The launcher secret. */
  public enum Secret {
    IN_THE_OPEN,
    SEALED,
    /** Sealed, and not for the boot state that the host is in. */
    NOT_APPROVED
  }

  /** Empty if the host is not provisioned. */
  public static Optional<HostHealth> of(Tpm tpm, Path stateDirectory) throws IOException {
    StateDirectory directory = StateDirectory.open(stateDirectory);
    Optional<AttestorState> found =
        AttestorState.read(directory)
            .filter(state -> state.stage() == AttestorState.Stage.COMPLETE);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    RegisterIndex index = found.get().register();
    SealedLauncherSecret sealed = found.get().sealed();
    return Optional.of(
        new HostHealth(
            index == null ? Register.NONE : register(tpm, directory, index),
            index == null ? "" : index.toString(),
            index == null ? 0 : index.pcr(),
            secret(tpm, stateDirectory, sealed),
            sealed == null ? List.of() : sealed.pcrs()));
  }

  private static Register register(Tpm tpm, StateDirectory directory, RegisterIndex index)
      throws IOException {
    BootClock clock = tpm.clock();
    NvBackend.Status status =
        tpm.connection().repeatable(transaction -> NvBackend.status(transaction, index));
    boolean opened =
        directory
            .child(LaunchRegister.DIRECTORY_OF_NV)
            .read(RegisterOpening.FILE, RegisterOpening.class)
            .filter(opening -> opening.isOf(clock))
            .isPresent();
    return switch (status) {
      case MISSING -> Register.MISSING;
      case FOREIGN -> Register.FOREIGN;
      case UNWRITTEN -> Register.NOT_OPENED;
      case WRITTEN -> opened ? Register.OPENED : Register.NOT_OPENED;
    };
  }

  private static Secret secret(Tpm tpm, Path stateDirectory, SealedLauncherSecret sealed)
      throws IOException {
    if (sealed == null) {
      return Secret.IN_THE_OPEN;
    }
    return HostBoot.of(tpm, stateDirectory).approved() ? Secret.SEALED : Secret.NOT_APPROVED;
  }
}
