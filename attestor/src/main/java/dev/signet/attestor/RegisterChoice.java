// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Appraisal;
import java.util.Optional;

/**
 * Which launch register to use.
 *
 * @param kind empty: the NV register if the host was provisioned with one, else the PCR
 * @param pcr the register, where it is a PCR
 */
public record RegisterChoice(Optional<Appraisal.Register> kind, int pcr) {

  /** A PCR. */
  public static RegisterChoice pcr(int pcr) {
    return new RegisterChoice(Optional.of(Appraisal.Register.PCR), pcr);
  }
}
