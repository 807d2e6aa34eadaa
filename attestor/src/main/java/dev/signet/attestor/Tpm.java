// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.SortedMap;

/** A TPM that this process uses. Safe for several threads: it does one transaction at a time. */
public final class Tpm implements Closeable {
  Tpm() {}

  /** Connects; connects again by itself when the connection breaks. */
  public static Tpm open(TpmAddress address, SecureRandom random) throws IOException {
    throw new UnsupportedOperationException();
  }

  public TpmProperties properties() throws IOException {
    throw new UnsupportedOperationException();
  }

  public BootClock clock() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Values of the SHA-256 bank, all of one moment. */
  public SortedMap<Integer, Digest> pcrs(Collection<Integer> indexes) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws IOException {}
}
