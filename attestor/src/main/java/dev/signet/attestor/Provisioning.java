// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code signet provision}: takes a TPM into use. Sets owner, endorsement and lockout
 * authorization, makes SRK and AK, and keeps what is needed in a state directory.
 */
public final class Provisioning {
  private Provisioning() {}

  /** What became of it. */
  public sealed interface Outcome {
    /**
     * @param changed false if all was there already
     */
    record Provisioned(Attestor attestor, boolean changed) implements Outcome {}

    /** Nothing was changed that was not ours. */
    record Refused(Reason reason, String detail) implements Outcome {}
  }

  /** Why a TPM was not taken into use. */
  public enum Reason {
    /** A hierarchy has an authorization value that is not in the state directory. */
    AUTH_NOT_OURS,
    /** Another key is at 0x81000001, where the storage root key belongs. */
    SRK_HANDLE_TAKEN,
    /** The EK certificate is for another key than the TPM's EK. */
    EK_CERTIFICATE_MISMATCH,
    /** The TPM has no SHA-256 PCR bank. */
    NO_SHA256_BANK,
    /** The state directory is of another TPM, or the TPM was cleared since. */
    STATE_OF_ANOTHER_TPM
  }

  /** Provisions, or goes on where an earlier run stopped. Idempotent. */
  public static Outcome provision(Tpm tpm, Path stateDirectory) throws IOException {
    throw new UnsupportedOperationException();
  }
}
