// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param akAuth of the AK; null while there is none, and where it is sealed
 * @param akPrivate the AK's private part, encrypted by its parent
 * @param registerAuth of the NV register, whether there is one or not; null as {@code akAuth}, and
 *     in what earlier versions made
 * @param register the NV register, or null
 * @param sealed both authorization values, sealed to the boot state; or null
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
    Bytes akPrivate,
    @JsonInclude(JsonInclude.Include.NON_NULL) Bytes registerAuth,
    @JsonInclude(JsonInclude.Include.NON_NULL) RegisterIndex register,
    @JsonInclude(JsonInclude.Include.NON_NULL) SealedLauncherSecret sealed) {
  static final String FILE = "attestor.json";
  static final int VERSION = 1;

  /** How far provisioning has come. */
  enum Stage {
    /** The hierarchies' authorization values are chosen and nothing else is certain. */
    BEGUN,
    /** SRK, AK and register exist; hierarchy authorizations are being set. */
    KEYS_MADE,
    COMPLETE,
    /** All of it is being taken back. */
    REMOVING
  }

  AttestorState {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "version: expected " + VERSION + ", got " + version + "; it is of another Signet");
    }
    if (stage == null || ownerAuth == null || endorsementAuth == null || lockoutAuth == null) {
      throw new IllegalArgumentException("expected a stage and all authorization values");
    }
    boolean keys = srkPublic != null && akParentPublic != null && akPublic != null;
    if ((stage == Stage.KEYS_MADE || stage == Stage.COMPLETE)
        && (!keys || akPrivate == null || ekPublic == null)) {
      throw new IllegalArgumentException("expected keys at stage " + stage);
    }
    if (keys && (akAuth == null) == (sealed == null)) {
      throw new IllegalArgumentException("expected akAuth either plain or sealed");
    }
    if (sealed != null && registerAuth != null) {
      throw new IllegalArgumentException("expected no registerAuth beside a sealed one");
    }
  }

  /** Chosen, and nothing made yet. */
  static AttestorState begun(Bytes ownerAuth, Bytes endorsementAuth, Bytes lockoutAuth) {
    return new AttestorState(
        VERSION,
        Stage.BEGUN,
        ownerAuth,
        endorsementAuth,
        lockoutAuth,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  static Optional<AttestorState> read(StateDirectory directory) throws IOException {
    return directory.read(FILE, AttestorState.class);
  }

  void write(StateDirectory directory) throws IOException {
    directory.write(FILE, this);
  }

  /** The keys are made. */
  AttestorState with(
      EndorsementKey ek,
      PublicArea ekPublic,
      PublicArea srk,
      AttestationKey ak,
      RegisterIndex madeRegister) {
    return new AttestorState(
        version,
        Stage.KEYS_MADE,
        ownerAuth,
        endorsementAuth,
        lockoutAuth,
        Bytes.of(ekPublic.encoded()),
        ek.certificate() == null ? null : Bytes.of(ek.certificate()),
        Bytes.of(srk.encoded()),
        akAuth,
        Bytes.of(ak.parent().encoded()),
        Bytes.of(ak.key().publicArea().encoded()),
        Bytes.of(ak.key().privatePart()),
        registerAuth,
        madeRegister,
        sealed);
  }

  AttestorState at(Stage reached) {
    return copy(reached, akAuth, registerAuth, register, sealed);
  }

  AttestorState withRegister(RegisterIndex made) {
    return copy(stage, akAuth, registerAuth, made, sealed);
  }

  /** With the secret in the open. */
  AttestorState with(LauncherSecret secret) {
    return copy(stage, secret.akAuth(), secret.registerAuth(), register, null);
  }

  /** With the secret nowhere but sealed. */
  AttestorState with(SealedLauncherSecret sealedSecret) {
    return copy(stage, null, null, register, sealedSecret);
  }

  private AttestorState copy(
      Stage reached,
      Bytes ak,
      Bytes ofRegister,
      RegisterIndex index,
      SealedLauncherSecret sealedSecret) {
    return new AttestorState(
        version,
        reached,
        ownerAuth,
        endorsementAuth,
        lockoutAuth,
        ekPublic,
        ekCertificate,
        srkPublic,
        ak,
        akParentPublic,
        akPublic,
        akPrivate,
        ofRegister,
        index,
        sealedSecret);
  }

  @Override
  public String toString() {
    return "AttestorState[" + stage + "]";
  }
}
