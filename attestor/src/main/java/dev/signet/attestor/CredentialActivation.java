// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import tss.TpmBuffer;
import tss.tpm.TPM2_ActivateCredential_REQUEST;
import tss.tpm.TPMS_ID_OBJECT;
import tss.tpm.TPM_CC;

/**
 * TPM2_ActivateCredential: shows that AK and EK live in the same TPM (TPM 2.0 Library Part 3,
 * 12.5).
 */
record CredentialActivation(Transaction transaction, HostKeys keys) {

  /**
   * @param credentialBlob TPMS_ID_OBJECT as the verifier made it, without a size
   * @param encryptedSecret for the EK, without a size
   */
  byte[] activate(byte[] credentialBlob, byte[] encryptedSecret) throws IOException {
    return activate(credentialBlob, encryptedSecret, keys.saltKey());
  }

  byte[] activate(byte[] credentialBlob, byte[] encryptedSecret, SaltKey saltKey)
      throws IOException {
    Session session = transaction.hmacSession(saltKey);
    Entity attestationKey = keys.loadAttestationKey(transaction, session);
    var ek =
        EndorsementKey.load(
            transaction, EndorsementKeyKind.of(keys.ek()), keys.endorsement(), session.plain());
    if (!ek.publicArea().equals(keys.ek())) {
      throw new AttestorException(
          AttestorException.Reason.OTHER_TPM,
          "the TPM's endorsement key is not the one that this host was provisioned with");
    }
    Session use = forUse(saltKey, session);
    Entity endorsementKey = ek.entity(Octets.NONE);
    TPMS_ID_OBJECT blob =
        new TPMS_ID_OBJECT() {
          @Override
          public void toTpm(TpmBuffer buffer) {
            buffer.writeByteBuf(credentialBlob);
          }
        };
    TpmReader in =
        transaction
            .run(
                Command.of(
                    TPM_CC.ActivateCredential,
                    new TPM2_ActivateCredential_REQUEST(
                        attestationKey.marshalled(),
                        endorsementKey.marshalled(),
                        blob,
                        encryptedSecret),
                    attestationKey,
                    endorsementKey),
                session.encryptingResponse(),
                use.plain())
            .reader("ActivateCredential");
    byte[] secret = in.sized(64);
    in.end();
    return secret;
  }

  /**
   * The low range's keys have no use but by policy A. The high range's may be used with their
   * authorization value, which is empty (TCG EK Credential Profile, B.4), and their policy would
   * need a session of SHA-384.
   */
  private Session forUse(SaltKey saltKey, Session session) throws IOException {
    if (keys.ek().isP384()) {
      return transaction.hmacSession(saltKey);
    }
    Session policy = transaction.policySession(saltKey);
    new PolicyCommands(transaction, policy).secret(keys.endorsement(), session.plain());
    return policy;
  }
}
