// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedSet;

/** A TPM with the keys of this host: every failure is looked at for what it may mean. */
record HostTpm(Tpm tpm, HostKeys keys) {

  <T> T transact(TpmConnection.Work<T> work) throws IOException {
    try {
      return tpm.connection().transact(work);
    } catch (TpmException | AttestorException e) {
      throw diagnosed(e);
    }
  }

  <T> T repeatable(TpmConnection.Work<T> work) throws IOException {
    try {
      return tpm.connection().repeatable(work);
    } catch (TpmException | AttestorException e) {
      throw diagnosed(e);
    }
  }

  /** Quotes PCRs of the SHA-256 bank; the values returned are those that were quoted. */
  QuoteEvidence quote(Digest extraData, SortedSet<Integer> pcrs) throws IOException {
    return repeatable(
        transaction -> {
          Session session = transaction.hmacSession(keys.saltKey());
          Entity key = keys.loadAttestationKey(transaction, session);
          return new Quoting(transaction).quote(key, session, extraData, pcrs);
        });
  }

  private IOException diagnosed(IOException failure) throws IOException {
    Optional<AttestorException> found = tpm.connection().repeatable(new Diagnosis(keys)::of);
    if (found.isEmpty()) {
      return failure;
    }
    found.get().initCause(failure);
    return found.get();
  }

  @Override
  public String toString() {
    return "HostTpm";
  }
}
