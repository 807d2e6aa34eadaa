// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import tss.TpmBuffer;
import tss.tpm.TPM2B_DIGEST;
import tss.tpm.TPM2_PolicyAuthValue_REQUEST;
import tss.tpm.TPM2_PolicyAuthorize_REQUEST;
import tss.tpm.TPM2_PolicyCounterTimer_REQUEST;
import tss.tpm.TPM2_PolicyGetDigest_REQUEST;
import tss.tpm.TPM2_PolicyNvWritten_REQUEST;
import tss.tpm.TPM2_PolicyOR_REQUEST;
import tss.tpm.TPM2_PolicyPCR_REQUEST;
import tss.tpm.TPM2_PolicySecret_REQUEST;
import tss.tpm.TPM2_PolicySigned_REQUEST;
import tss.tpm.TPM2_VerifySignature_REQUEST;
import tss.tpm.TPMS_SIGNATURE_ECDSA;
import tss.tpm.TPMT_TK_VERIFIED;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_EO;

/** Assertions of one policy session (TPM 2.0 Library Part 3, 23). */
record PolicyCommands(Transaction transaction, Session session) {

  void pcr(Collection<Integer> pcrs) throws IOException {
    Entity policy = session.entity();
    // No expected digest: the session takes the PCRs as they are, the approval says what they are.
    transaction.run(
        Command.of(
            TPM_CC.PolicyPCR,
            new TPM2_PolicyPCR_REQUEST(
                policy.marshalled(), Octets.NONE, PcrCommands.selection(pcrs)),
            policy));
  }

  void counterTimer(byte[] operand, int offset, int operation) throws IOException {
    Entity policy = session.entity();
    transaction.run(
        Command.of(
            TPM_CC.PolicyCounterTimer,
            new TPM2_PolicyCounterTimer_REQUEST(
                policy.marshalled(), operand, offset, TPM_EO.fromInt(operation)),
            policy));
  }

  void nvWritten(boolean written) throws IOException {
    Entity policy = session.entity();
    transaction.run(
        Command.of(
            TPM_CC.PolicyNvWritten,
            new TPM2_PolicyNvWritten_REQUEST(policy.marshalled(), (byte) (written ? 1 : 0)),
            policy));
  }

  /** One of these is what the session has. */
  void or(byte[] one, byte[] other) throws IOException {
    Entity policy = session.entity();
    var branches = new TPM2B_DIGEST[] {new TPM2B_DIGEST(one), new TPM2B_DIGEST(other)};
    transaction.run(
        Command.of(
            TPM_CC.PolicyOR, new TPM2_PolicyOR_REQUEST(policy.marshalled(), branches), policy));
  }

  byte[] digest() throws IOException {
    Entity policy = session.entity();
    TpmReader in =
        transaction
            .run(
                Command.of(
                    TPM_CC.PolicyGetDigest,
                    new TPM2_PolicyGetDigest_REQUEST(policy.marshalled()),
                    policy))
            .reader("PolicyGetDigest");
    byte[] digest = in.sized(64);
    in.end();
    return digest;
  }

  /**
   * Has the TPM check a signature.
   *
   * @param signature r || s, 64 bytes
   * @return the ticket, TPMT_TK_VERIFIED
   */
  byte[] verify(ObjectCommands.Loaded key, byte[] digest, byte[] signature) throws IOException {
    Entity entity = key.entity(Octets.NONE);
    return transaction
        .run(
            Command.of(
                TPM_CC.VerifySignature,
                new TPM2_VerifySignature_REQUEST(entity.marshalled(), digest, ecdsa(signature)),
                entity))
        .parameters();
  }

  void authorize(byte[] approvedPolicy, byte[] policyRef, byte[] keyName, byte[] ticket)
      throws IOException {
    Entity policy = session.entity();
    TPMT_TK_VERIFIED raw =
        new TPMT_TK_VERIFIED() {
          @Override
          public void toTpm(TpmBuffer buffer) {
            buffer.writeByteBuf(ticket);
          }
        };
    transaction.run(
        Command.of(
            TPM_CC.PolicyAuthorize,
            new TPM2_PolicyAuthorize_REQUEST(
                policy.marshalled(), approvedPolicy, policyRef, keyName, raw),
            policy));
  }

  /**
   * @param expiration seconds from the session's start
   */
  void signed(
      ObjectCommands.Loaded key,
      byte[] nonceTpm,
      byte[] policyRef,
      int expiration,
      byte[] signature)
      throws IOException {
    Entity entity = key.entity(Octets.NONE);
    Entity policy = session.entity();
    transaction.run(
        Command.of(
            TPM_CC.PolicySigned,
            new TPM2_PolicySigned_REQUEST(
                entity.marshalled(),
                policy.marshalled(),
                nonceTpm,
                Octets.NONE,
                policyRef,
                expiration,
                ecdsa(signature)),
            entity,
            policy));
  }

  void authValue() throws IOException {
    Entity policy = session.entity();
    transaction.run(
        Command.of(
            TPM_CC.PolicyAuthValue, new TPM2_PolicyAuthValue_REQUEST(policy.marshalled()), policy));
    session.includeAuthValue();
  }

  void secret(Entity authorizer, Session.Use use) throws IOException {
    Entity policy = session.entity();
    transaction.run(
        Command.of(
            TPM_CC.PolicySecret,
            new TPM2_PolicySecret_REQUEST(
                authorizer.marshalled(),
                policy.marshalled(),
                Octets.NONE,
                Octets.NONE,
                Octets.NONE,
                0),
            authorizer,
            policy),
        use);
  }

  /**
   * Asks for nothing, since the storage root key's authorization value is empty, and makes the
   * policy speak of {@code statement}.
   *
   * @param statement becomes the policyRef
   */
  void commitTo(Entity storageRoot, byte[] statement) throws IOException {
    Entity policy = session.entity();
    transaction.run(
        Command.of(
            TPM_CC.PolicySecret,
            new TPM2_PolicySecret_REQUEST(
                storageRoot.marshalled(),
                policy.marshalled(),
                Octets.NONE,
                Octets.NONE,
                statement,
                0),
            storageRoot,
            policy),
        (Session.Use) null);
  }

  private static TPMS_SIGNATURE_ECDSA ecdsa(byte[] signature) {
    if (signature.length != 64) {
      throw new IllegalArgumentException("expected 64 bytes r || s, got " + signature.length);
    }
    return new TPMS_SIGNATURE_ECDSA(
        TPM_ALG_ID.SHA256, Arrays.copyOf(signature, 32), Arrays.copyOfRange(signature, 32, 64));
  }
}
