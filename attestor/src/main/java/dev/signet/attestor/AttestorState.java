// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.util.Optional;

/**
 * What provisioning keeps, as a JSON file. The authorization values are written before the TPM gets
 * them: a crash must not leave a TPM whose authorization nobody knows.
 *
 * @param version of this format, 1
 * @param stage how far provisioning has come
 * @param ownerAuth 32 bytes, the last not zero
 * @param ekPublic TPMT_PUBLIC of the endorsement key, or null
 * @param ekCertificate DER, or null
 * @param srkPublic TPMT_PUBLIC of the storage root key; session secrets are encrypted to it
 * @param akPrivate the AK's private part, encrypted by its parent
 */
record AttestorState(
    int version,
    Stage stage,
    Bytes ownerAuth,
    Bytes endorsementAuth,
    Bytes lockoutAuth,
    Bytes ekPublic,
    Bytes ekCertificate,
    Bytes srkPublic,
    Bytes akAuth,
    Bytes akParentPublic,
    Bytes akPublic,
    Bytes akPrivate) {
  static final String FILE = "attestor.json";
  static final int VERSION = 1;

  /** How far provisioning has come. */
  enum Stage {
    /** The authorization values are chosen and nothing else is certain. */
    BEGUN,
    /** SRK and AK exist; hierarchy authorizations are being set. */
    KEYS_MADE,
    COMPLETE
  }

  AttestorState {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "version: expected " + VERSION + ", got " + version + "; it is of another Signet");
    }
    if (stage == null
        || ownerAuth == null
        || endorsementAuth == null
        || lockoutAuth == null
        || akAuth == null) {
      throw new IllegalArgumentException("expected a stage and all authorization values");
    }
    boolean keys = srkPublic != null && akParentPublic != null && akPublic != null;
    if (stage != Stage.BEGUN && (!keys || akPrivate == null || ekPublic == null)) {
      throw new IllegalArgumentException("expected keys at stage " + stage);
    }
  }

  static Optional<AttestorState> read(StateDirectory directory) throws IOException {
    return directory.read(FILE, AttestorState.class);
  }

  void write(StateDirectory directory) throws IOException {
    directory.write(FILE, this);
  }

  AttestorState at(Stage reached) {
    return new AttestorState(
        version,
        reached,
        ownerAuth,
        endorsementAuth,
        lockoutAuth,
        ekPublic,
        ekCertificate,
        srkPublic,
        akAuth,
        akParentPublic,
        akPublic,
        akPrivate);
  }

  @Override
  public String toString() {
    return "AttestorState[" + stage + "]";
  }
}
