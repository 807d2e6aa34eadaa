// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.SortedMap;
import tss.tpm.TPM2_ReadClock_REQUEST;
import tss.tpm.TPM_CC;

/** A TPM that this process uses. Safe for several threads: it does one transaction at a time. */
public final class Tpm implements Closeable {
  private final TpmConnection connection;

  private Tpm(TpmConnection connection) {
    this.connection = connection;
  }

  /**
   * Connects; connects again by itself when the connection breaks.
   *
   * @throws IOException if no TPM answers there
   */
  public static Tpm open(TpmAddress address, SecureRandom random) throws IOException {
    return over(address::open, address.resourceManaged(), random);
  }

  /** A TPM over any transport. */
  static Tpm over(TpmConnection.Opener opener, boolean resourceManaged, SecureRandom random)
      throws IOException {
    TpmConnection connection = new TpmConnection(opener, resourceManaged, random);
    try {
      connection.transact(transaction -> null);
      return new Tpm(connection);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  public TpmProperties properties() throws IOException {
    return connection.repeatable(transaction -> new Capabilities(transaction).properties());
  }

  public BootClock clock() throws IOException {
    return connection.repeatable(Tpm::readClock);
  }

  /** Values of the SHA-256 bank, all of one moment. */
  public SortedMap<Integer, Digest> pcrs(Collection<Integer> indexes) throws IOException {
    return connection.repeatable(transaction -> new PcrCommands(transaction).read(indexes));
  }

  TpmConnection connection() {
    return connection;
  }

  static BootClock readClock(Transaction transaction) throws IOException {
    TpmReader in =
        transaction
            .run(Command.of(TPM_CC.ReadClock, new TPM2_ReadClock_REQUEST()))
            .reader("ReadClock");
    in.u64();
    BootClock clock = new BootClock(in.u64(), in.u32(), in.u32(), in.yesNo());
    in.end();
    return clock;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
