// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code signet provision --recover}. */
public final class EscrowRecovery {
  private EscrowRecovery() {}

  /**
   * Puts a host's state back from its escrow, on the same TPM: where the state directory was lost,
   * or nobody can approve the boot state any more.
   *
   * @param scalar private part of {@code key}, 32 bytes; the caller zeroes it
   * @param options whose approver, if there is one, the launcher secret is sealed for anew
   */
  public static Provisioning.Outcome recover(
      Tpm tpm,
      Path stateDirectory,
      Escrow escrow,
      byte[] scalar,
      PublicJwk key,
      ProvisioningOptions options)
      throws IOException {
    StateDirectory directory = StateDirectory.create(stateDirectory);
    return new ExclusiveFile(directory.path().resolve("lock"))
        .holding(
            () -> {
              Optional<AttestorState> opened;
              try (SecretsKey with = SecretsKey.of(scalar, key)) {
                opened = escrow.open(with);
              }
              if (opened.isEmpty()) {
                return new Provisioning.Outcome.Refused(
                    Provisioning.Reason.ESCROW_UNREADABLE,
                    "expected an escrow that was encrypted to key "
                        + key.thumbprint()
                        + ", this one names "
                        + escrow.key()
                        + ", or was changed");
              }
              return recover(tpm, directory, opened.get(), options);
            });
  }

  private static Provisioning.Outcome recover(
      Tpm tpm, StateDirectory directory, AttestorState open, ProvisioningOptions options)
      throws IOException {
    HostKeys keys = HostKeys.of(open);
    Optional<AttestorException> wrong = tpm.connection().repeatable(new Diagnosis(keys)::of);
    if (wrong.isPresent()) {
      return new Provisioning.Outcome.Refused(
          Provisioning.Reason.STATE_OF_ANOTHER_TPM, wrong.get().getMessage());
    }
    Optional<String> other =
        Provisioning.otherEndorsementKey(open, options)
            .or(() -> Provisioning.otherRegister(open, options))
            .or(() -> noRegister(open, options));
    if (other.isPresent()) {
      return new Provisioning.Outcome.Refused(
          Provisioning.Reason.PROVISIONED_OTHERWISE, other.get());
    }
    AttestorState kept = open;
    if (options.approver().isPresent()) {
      LauncherSecret secret = new LauncherSecret(open.akAuth(), open.registerAuth());
      SealedLauncherSecret sealed =
          tpm.connection()
              .transact(
                  transaction ->
                      SealedLauncherSecret.seal(
                          transaction,
                          keys.srkEntity(),
                          transaction.hmacSession(keys.saltKey()),
                          options.approver().get(),
                          keys.attestationKey().key().publicArea().name(),
                          secret));
      kept = open.with(sealed);
    }
    kept.write(directory);
    try {
      return new Provisioning.Outcome.Provisioned(Attestor.open(tpm, directory.path()), true);
    } catch (AttestorException e) {
      if (e.reason() != AttestorException.Reason.BOOT_NOT_APPROVED) {
        throw e;
      }
      return new Provisioning.Outcome.AwaitingApproval(
          new SecretRelease(tpm, kept, directory).bootState(), true);
    }
  }

  private static Optional<String> noRegister(AttestorState state, ProvisioningOptions options) {
    return options
        .register()
        .filter(asked -> state.register() == null)
        .map(
            asked ->
                "expected an escrow with a launch register that moves PCR %d, this one has none;"
                        .formatted(asked.pcr())
                    + " recover without it, then signet provision --register nv makes one");
  }
}
