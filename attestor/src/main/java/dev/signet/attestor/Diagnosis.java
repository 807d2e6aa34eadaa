// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.Optional;

/** Finds out why a TPM refuses what it should not: is it still the one that was provisioned? */
record Diagnosis(HostKeys keys) {

  /** Empty if the TPM is the one that was provisioned, and was not cleared. */
  Optional<AttestorException> of(Transaction transaction) throws IOException {
    Capabilities capabilities = new Capabilities(transaction);
    ObjectCommands objects = new ObjectCommands(transaction);
    boolean srkThere =
        capabilities.exists(HostKeys.SRK_HANDLE)
            && objects.readKnownPublic(HostKeys.SRK_HANDLE).filter(keys.srk()::equals).isPresent();
    TpmProperties properties = capabilities.properties();
    if (srkThere && properties.ownerAuthSet() && properties.endorsementAuthSet()) {
      return Optional.empty();
    }
    if (hasOurEndorsementKey(transaction)) {
      return Optional.of(
          new AttestorException(
              AttestorException.Reason.TPM_CLEARED,
              "TPM2_Clear was run since provisioning: the attestation key and all sealed keys are"
                  + " gone for ever. Find out who did it; then remove the state directory, run"
                  + " signet provision, and have an operator admit the host anew"));
    }
    return Optional.of(
        new AttestorException(
            AttestorException.Reason.OTHER_TPM,
            "the state directory belongs to another TPM (another endorsement key); name the right"
                + " TPM or state directory"));
  }

  /** The endorsement seed survives TPM2_Clear, the hierarchy's authorization value does not. */
  private boolean hasOurEndorsementKey(Transaction transaction) throws IOException {
    try {
      var ek =
          EndorsementKey.load(
              transaction,
              EndorsementKeyKind.of(keys.ek()),
              Entity.plain(Entity.ENDORSEMENT),
              null);
      return ek.publicArea().equals(keys.ek());
    } catch (TpmException e) {
      return false;
    }
  }
}
