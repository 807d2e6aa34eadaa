// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TPM for many threads: whole transactions under one lock, from the first session to the last
 * flush. After an I/O error it is unknown what the TPM did, so the transport is given up, and the
 * next transaction starts with a new one.
 *
 * <p>A device with a resource manager stays open. swtpm has none and serves one client at a time:
 * there each transaction is a connection of its own, so that several processes can share it, each
 * waiting for the other's transaction to end.
 */
final class TpmConnection implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TpmConnection.class);
  private static final int ATTEMPTS = 10;
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  interface Opener {
    TpmTransport open() throws IOException;
  }

  interface Work<T> {
    T in(Transaction transaction) throws IOException;
  }

  private final Opener opener;
  private final boolean resourceManaged;
  private final SecureRandom random;
  private final ReentrantLock lock = new ReentrantLock(true);
  private TpmTransport transport;
  private long generation;
  private boolean closed;

  /**
   * @param resourceManaged whether each connection has handles of its own; if not, what crashed
   *     clients left in the TPM is flushed on connecting
   */
  TpmConnection(Opener opener, boolean resourceManaged, SecureRandom random) {
    this.opener = opener;
    this.resourceManaged = resourceManaged;
    this.random = random;
  }

  boolean resourceManaged() {
    return resourceManaged;
  }

  SecureRandom random() {
    return random;
  }

  /** Runs once; if the connection breaks, the TPM may or may not have done the work. */
  <T> T transact(Work<T> work) throws IOException {
    return transact(work, false);
  }

  /** Runs work that may be done twice, over a new connection if the old one broke. */
  <T> T repeatable(Work<T> work) throws IOException {
    return transact(work, true);
  }

  private <T> T transact(Work<T> work, boolean repeatable) throws IOException {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("a TPM transaction may not start another");
    }
    lock.lock();
    try {
      boolean reused = transport != null;
      try {
        return once(work);
      } catch (TpmException | AttestorException e) {
        throw e;
      } catch (IOException e) {
        if (!repeatable || !reused || transport != null || closed) {
          throw e;
        }
        LOG.info("connecting to the TPM again after: {}", e.getMessage());
        return once(work);
      }
    } finally {
      lock.unlock();
    }
  }

  private <T> T once(Work<T> work) throws IOException {
    connect();
    Transaction transaction = new Transaction(this);
    try {
      return work.in(transaction);
    } finally {
      transaction.flush();
      if (!resourceManaged) {
        abandon();
      }
    }
  }

  /** Whether another thread waits for its transaction. */
  boolean isWanted() {
    return lock.hasQueuedThreads();
  }

  /** Changes with every new connection: what a resource manager held for an older one is gone. */
  long generation() {
    return generation;
  }

  private void connect() throws IOException {
    if (closed) {
      throw new IOException("this TPM connection has been closed");
    }
    if (transport != null) {
      return;
    }
    transport = opener.open();
    generation++;
    if (!resourceManaged) {
      try {
        new Leftovers(new Transaction(this)).flush();
      } catch (IOException e) {
        abandon();
        throw e;
      }
    }
  }

  /** Sends one command; a response code that says "nothing happened" is followed by a pause. */
  byte[] exchange(String name, byte[] command) throws IOException {
    if (transport == null) {
      throw new IOException("the connection to the TPM broke earlier in this transaction");
    }
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 1; ; attempt++) {
      byte[] response = send(command);
      TpmReader header = new TpmReader("response to " + name, response);
      header.u16();
      header.expect(response.length, header.u32(), "response size");
      ResponseCode code = new ResponseCode(header.i32());
      if (code.raw() == ResponseCode.SUCCESS) {
        return response;
      }
      if (!code.mayBeSentAgain() || attempt == ATTEMPTS) {
        throw new TpmException(name, code);
      }
      pause(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private byte[] send(byte[] command) throws IOException {
    try {
      return transport.send(command);
    } catch (IOException e) {
      abandon();
      throw e;
    }
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the TPM asked to wait");
    }
  }

  /** Gives the transport up; the next transaction connects anew. */
  void abandon() {
    TpmTransport old = transport;
    transport = null;
    if (old != null) {
      try {
        old.close();
      } catch (IOException e) {
        LOG.debug("closing a TPM connection", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      TpmTransport open = transport;
      transport = null;
      if (open != null) {
        open.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
