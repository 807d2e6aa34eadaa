// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.util.SortedSet;

/** Where launch events are extended to: a PCR, or an NV index that moves a PCR along. */
sealed interface RegisterBackend permits PcrBackend, NvBackend {
  /** As the launch log names it: a PCR or the handle of an NV index. */
  int id();

  /** The PCR that moves with every event. */
  int pcr();

  /** What it holds now. */
  Digest value() throws IOException;

  /** Value and PCR move both, or neither as far as the value tells. */
  void extend(Digest event) throws IOException;

  /** Makes it ready in this boot, if it is not. */
  void prepare(StateDirectory directory, BootClock clock) throws IOException;

  /**
   * A quote that shows the register.
   *
   * @param by whose attestation key quotes
   * @param value that it must show
   * @throws AttestorException REGISTER_MOVED
   */
  QuoteEvidence quote(
      HostTpm by, StateDirectory directory, Digest extraData, SortedSet<Integer> pcrs, Digest value)
      throws IOException;

  /** Who can have moved it, and what helps: the end of a message. */
  String whoMovedIt();
}
