// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import tss.tpm.TPM2_Quote_REQUEST;
import tss.tpm.TPMS_NULL_SIG_SCHEME;
import tss.tpm.TPM_CC;

/** TPM2_Quote with the values that were quoted (TPM 2.0 Library Part 3, 18.4). */
record Quoting(Transaction transaction) {
  private static final int ATTEMPTS = 20;

  /** Quotes until the values read are those quoted: other processes may extend in between. */
  QuoteEvidence quote(
      Entity attestationKey, Session session, Digest extraData, SortedSet<Integer> pcrs)
      throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var request =
          new TPM2_Quote_REQUEST(
              attestationKey.marshalled(),
              extraData.toArray(),
              new TPMS_NULL_SIG_SCHEME(),
              PcrCommands.selection(pcrs));
      TpmReader in =
          transaction
              .run(Command.of(TPM_CC.Quote, request, attestationKey), session.plain())
              .reader("Quote");
      Attest attest = Attest.parse(in.sized(1024));
      byte[] signature = in.rest();
      if (!attest.isOver(extraData.toArray(), PcrCommands.bitmap(pcrs))) {
        throw new IOException("the TPM quoted something else than it was asked to");
      }
      SortedMap<Integer, Digest> values = new PcrCommands(transaction).read(pcrs);
      if (MessageDigest.isEqual(PcrCommands.digestOf(values), attest.pcrDigest())) {
        List<QuoteEvidence.PcrValue> list = new ArrayList<>();
        values.forEach((pcr, value) -> list.add(new QuoteEvidence.PcrValue(pcr, value)));
        return new QuoteEvidence(Bytes.of(attest.encoded()), Bytes.of(signature), list);
      }
    }
    throw new IOException("the PCRs moved during each of " + ATTEMPTS + " quotes");
  }
}
