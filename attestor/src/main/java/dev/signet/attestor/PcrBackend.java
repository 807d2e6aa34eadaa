// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;

/** A PCR: every user of the TPM can extend it. */
record PcrBackend(Tpm tpm, int pcr) implements RegisterBackend {
  PcrBackend {
    LaunchRegister.requireSuitable(pcr);
  }

  @Override
  public int id() {
    return pcr;
  }

  @Override
  public Digest value() throws IOException {
    return tpm.pcrs(List.of(pcr)).get(pcr);
  }

  @Override
  public void extend(Digest event) throws IOException {
    tpm.connection()
        .transact(
            transaction -> {
              new PcrCommands(transaction).extend(pcr, event);
              return null;
            });
  }

  @Override
  public void prepare(StateDirectory directory, BootClock clock) {}

  @Override
  public QuoteEvidence quote(
      HostTpm by, StateDirectory directory, Digest extraData, SortedSet<Integer> pcrs, Digest value)
      throws IOException {
    QuoteEvidence quote = by.quote(extraData, pcrs);
    for (QuoteEvidence.PcrValue quoted : quote.pcrs()) {
      if (quoted.pcr() == pcr && !quoted.value().equals(value)) {
        throw new AttestorException(
            AttestorException.Reason.REGISTER_MOVED,
            "register moved outside the log: PCR "
                + pcr
                + " was quoted as "
                + quoted.value()
                + ", the log says "
                + value);
      }
    }
    return quote;
  }

  @Override
  public String whoMovedIt() {
    return "Another process extended it; this host attests again after a reboot. Find out which"
        + " process it was, or choose another register";
  }
}
