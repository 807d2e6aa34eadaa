// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

/**
 * What an operator asks of the keys behind requests.
 *
 * @param resident whether the request key must be one that never leaves the TPM
 * @param direct whether it must sign every request itself
 */
public record KeyRequirement(boolean resident, boolean direct) {
  /** Any protection and either way of signing; the result says which it was. */
  public static final KeyRequirement NONE = new KeyRequirement(false, false);
}
