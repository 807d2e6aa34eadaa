// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import java.io.IOException;
import tss.tpm.TPM2_Certify_REQUEST;
import tss.tpm.TPM2_Sign_REQUEST;
import tss.tpm.TPMS_NULL_SIG_SCHEME;
import tss.tpm.TPMT_TK_HASHCHECK;
import tss.tpm.TPM_CC;

/** Signing, and certifying a key (TPM 2.0 Library Part 3, 18.2 and 20.2). */
record SigningCommands(Transaction transaction) {
  private static final int ECDSA = 0x0018;

  /** What the TPM says of a key: TPMS_ATTEST and TPMT_SIGNATURE. */
  record Certified(byte[] attest, byte[] signature) {}

  /**
   * Signs with an unrestricted ECDSA P-256 key.
   *
   * @return 64 bytes r || s
   */
  byte[] sign(Entity key, byte[] data, Session.Use use) throws IOException {
    var request =
        new TPM2_Sign_REQUEST(
            key.marshalled(),
            Digest.hash(data).toArray(),
            new TPMS_NULL_SIG_SCHEME(),
            TPMT_TK_HASHCHECK.nullTicket());
    TpmReader in = transaction.run(Command.of(TPM_CC.Sign, request, key), use).reader("Sign");
    in.expect(ECDSA, in.u16(), "signature algorithm");
    in.expect(PublicArea.SHA256, in.u16(), "signature hash");
    PublicArea.EcPoint rs = PublicArea.point(in, 32); // r and s have a point's form
    in.end();
    return Octets.concat(rs.x(), rs.y());
  }

  /**
   * Has {@code by} certify {@code key}.
   *
   * @param keyUse a session of its own for the key's authorization value (role ADMIN)
   */
  Certified certify(
      Entity key, Entity by, byte[] qualifyingData, Session.Use keyUse, Session.Use byUse)
      throws IOException {
    var request =
        new TPM2_Certify_REQUEST(
            key.marshalled(), by.marshalled(), qualifyingData, new TPMS_NULL_SIG_SCHEME());
    TpmReader in =
        transaction
            .run(Command.of(TPM_CC.Certify, request, key, by), keyUse, byUse)
            .reader("Certify");
    byte[] attest = in.sized(1024);
    return new Certified(attest, in.rest());
  }
}
