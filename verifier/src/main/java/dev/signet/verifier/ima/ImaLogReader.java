// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import java.util.Optional;

/** Reads a log's entries one after another, without keeping them. */
public interface ImaLogReader {
  /**
   * The next entry; empty where no whole one is left.
   *
   * @throws MalformedImaLogException if what is there cannot begin an entry
   */
  Optional<ImaEntry> next() throws MalformedImaLogException;

  /** Bytes up to the end of the last entry that {@link #next} gave. */
  int at();

  /** Bytes that were not read: after the last entry, the beginning of one that was cut off. */
  int left();

  /** A reader of either form: a log in ASCII begins with a PCR in digits. */
  static ImaLogReader of(byte[] log) {
    return log.length > 1 && log[0] >= ' '
        ? new AsciiImaLogReader(log)
        : new BinaryImaLogReader(log);
  }
}
