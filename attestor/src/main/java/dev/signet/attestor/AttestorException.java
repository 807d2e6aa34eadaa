// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/** The host cannot attest; the reason says why, the message what to do. */
public final class AttestorException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why the host cannot attest. */
  public enum Reason {
    /** {@code signet provision} has not been run, or has not finished. */
    NOT_PROVISIONED,
    /** The state directory holds what this version did not write. */
    STATE_UNREADABLE,
    /** TPM2_Clear was run since provisioning: all keys are gone; an operator must enrol anew. */
    TPM_CLEARED,
    /** The launcher secret is sealed to boot states, and this one was not approved. */
    BOOT_NOT_APPROVED,
    /** The state directory belongs to another TPM. */
    OTHER_TPM,
    /** The launch register has a value that the log does not explain; only a reboot helps. */
    REGISTER_MOVED,
    /** The NV launch register is missing, another's, or was not opened early enough. */
    REGISTER_UNUSABLE,
    /** The launch log on disk is not what was written. */
    LOG_DAMAGED,
    /** The TPM was reset since the launch began: its resident key is gone; launch again. */
    RESIDENT_KEY_GONE,
    /** Bytes changed on the way to or from the TPM. */
    BUS_TAMPERED
  }

  private final Reason reason;

  AttestorException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  AttestorException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
