// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A TPM quote with the PCR values it is said to cover.
 *
 * @param attest TPMS_ATTEST as the TPM signed it, without a size prefix
 * @param signature TPMT_SIGNATURE as the TPM returned it
 * @param pcrs SHA-256 bank values, ascending by index, each index once
 * @param register what an NV launch register holds, made with the quote; null where the register is
 *     one of the PCRs
 */
public record QuoteEvidence(
    Bytes attest,
    Bytes signature,
    List<PcrValue> pcrs,
    @JsonInclude(JsonInclude.Include.NON_NULL) RegisterEvidence register) {
  /** One PCR of the SHA-256 bank, index 0 to 23. */
  public record PcrValue(int pcr, Digest value) {
    public PcrValue {
      if (pcr < 0 || pcr > 23 || value == null) {
        throw new IllegalArgumentException("expected a PCR of 0 to 23 with its value");
      }
    }
  }

  public QuoteEvidence {
    Require.size(attest, 1, Limits.TPM_STRUCTURE_BYTES, "attest");
    Require.size(signature, 1, Limits.TPM_STRUCTURE_BYTES, "signature");
    pcrs = Require.list(pcrs, "pcrs");
    for (int i = 1; i < pcrs.size(); i++) {
      if (pcrs.get(i - 1).pcr() >= pcrs.get(i).pcr()) {
        throw new IllegalArgumentException("expected PCRs in ascending order, each once");
      }
    }
  }

  /** A quote alone. */
  public QuoteEvidence(Bytes attest, Bytes signature, List<PcrValue> pcrs) {
    this(attest, signature, pcrs, null);
  }

  /** The same quote, with the register that was certified beside it. */
  public QuoteEvidence with(RegisterEvidence certified) {
    return new QuoteEvidence(attest, signature, pcrs, certified);
  }
}
