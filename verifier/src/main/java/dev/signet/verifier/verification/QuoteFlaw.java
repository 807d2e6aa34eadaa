// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

/** What can be wrong with a quote that another program made. */
public enum QuoteFlaw {
  QUOTE_KEY_MALFORMED(false),
  QUOTE_KEY_UNSUPPORTED(false),
  QUOTE_KEY_NOT_RESTRICTED(false),
  QUOTE_SIGNATURE_MALFORMED(false),
  QUOTE_SIGNATURE_ALGORITHM(false),
  QUOTE_SIGNATURE_INVALID(false),
  QUOTE_MALFORMED(false),
  NOT_MADE_BY_A_TPM(false),
  NOT_A_QUOTE(false),
  PCR_FILE_MALFORMED(false),
  PCR_SELECTION_MISMATCH(false),
  PCR_VALUES_MISMATCH(false),
  WRONG_NONCE(true),
  QUOTE_OF_NO_PCRS(true),
  QUOTE_OF_SEVERAL_BANKS(true),
  QUOTE_OF_WEAK_BANK(true);

  private final boolean authentic;

  QuoteFlaw(boolean authentic) {
    this.authentic = authentic;
  }

  /** Whether the key made it all the same: it is only not what was asked for. */
  public boolean isAuthentic() {
    return authentic;
  }
}
