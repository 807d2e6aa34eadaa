// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;

/** Gets a host's launcher secret: from its state, or from the TPM if that is in a known boot. */
record SecretRelease(Tpm tpm, AttestorState state, StateDirectory directory) {
  private static final int ATTEMPTS = 50;

  /**
   * @throws AttestorException BOOT_NOT_APPROVED, STATE_UNREADABLE
   */
  LauncherSecret secret() throws IOException {
    if (state.sealed() == null) {
      return new LauncherSecret(state.akAuth(), state.registerAuth());
    }
    HostKeys keys = HostKeys.of(state);
    byte[] akName = keys.attestationKey().key().publicArea().name();
    TpmException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      BootState boot = bootState();
      Optional<BootApproval> approval = BootApprovals.in(directory).of(boot.pcrs());
      if (approval.isEmpty()) {
        throw notApproved(boot);
      }
      try {
        return tpm.connection()
            .repeatable(
                transaction -> state.sealed().unseal(transaction, keys, akName, approval.get()));
      } catch (TpmException e) {
        // IMA's PCR moves all the time, and any PCR ends the session.
        if (!e.is(ResponseCode.PCR_CHANGED)) {
          throw refused(e);
        }
        last = e;
      }
    }
    throw last;
  }

  /** The boot state that the TPM is in, as its approver would sign it. */
  BootState bootState() throws IOException {
    SortedMap<Integer, Digest> pcrs = tpm.pcrs(state.sealed().pcrs());
    byte[] akName = HostKeys.of(state).attestationKey().key().publicArea().name();
    return new BootState(BootState.VERSION, Bytes.of(akName), pcrs);
  }

  private static AttestorException notApproved(BootState boot) {
    return new AttestorException(
        AttestorException.Reason.BOOT_NOT_APPROVED,
        "the launcher secret is sealed, and nobody approved the boot state that this host is in ("
            + boot.pcrs()
            + "). If the change is known (an update), have the boot approver sign the output of"
            + " `signet boot state`, and give the result to `signet boot accept`; if it is not,"
            + " find out who changed what is booted");
  }

  private static IOException refused(TpmException e) {
    if (e.is(ResponseCode.SIGNATURE)
        || e.is(ResponseCode.POLICY_FAIL)
        || e.is(ResponseCode.VALUE)) {
      return new AttestorException(
          AttestorException.Reason.BOOT_NOT_APPROVED,
          "the TPM refuses the approval of this boot state: it is not what the boot approver"
              + " signed; remove it from boot/ in the state directory and accept it anew",
          e);
    }
    if (e.is(ResponseCode.INTEGRITY)) {
      return new AttestorException(
          AttestorException.Reason.STATE_UNREADABLE,
          "the sealed launcher secret is not what this TPM sealed; recover it from the escrow, or"
              + " provision anew",
          e);
    }
    return e;
  }

  @Override
  public String toString() {
    return "SecretRelease";
  }
}
