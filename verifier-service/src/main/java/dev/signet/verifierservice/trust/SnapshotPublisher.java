// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.trust;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Makes, signs and keeps the newest trust snapshot, and wakes those who wait for one. */
public final class SnapshotPublisher implements AutoCloseable {
  /** How often an unchanged snapshot is signed anew. */
  public static final Duration RENEWAL = Duration.ofSeconds(30);

  /** Told of each snapshot before anybody else gets it. */
  @FunctionalInterface
  public interface Listener {
    void published(TrustSnapshot snapshot);
  }

  /**
   * A signed snapshot.
   *
   * @param serial rises with each one that this process made
   */
  public record Published(long serial, TrustSnapshot snapshot, String jws) {}

  private final String issuer;
  private final Database database;
  private final KeyStore keys;
  private final HighWater highWater;
  private final Listener listener;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Published newest;
  private volatile boolean closed;

  public SnapshotPublisher(
      String issuer,
      Database database,
      KeyStore keys,
      HighWater highWater,
      Listener listener,
      InstantSource clock) {
    this.issuer = issuer;
    this.database = database;
    this.keys = keys;
    this.highWater = highWater;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Publishes the committed state. When this returns, this service decides by it and every stream
   * was woken.
   */
  public void publish() throws IOException {
    lock.lock();
    try {
      Instant now = clock.instant();
      List<PublicJwk> tokenKeys = keys.tokenKeys(now);
      TrustSnapshot snapshot = database.read(tx -> snapshot(tx, tokenKeys, now));
      String jws = keys.snapshot().jws(TrustSnapshot.TYP, StrictJson.encode(snapshot));
      listener.published(snapshot);
      newest = new Published(newest == null ? 1 : newest.serial() + 1, snapshot, jws);
      changed.signalAll();
      // Last: a disk that is full must not keep a revocation from taking effect.
      highWater.raise(database);
    } finally {
      lock.unlock();
    }
  }

  /** The newest one. */
  public Published newest() {
    return newest;
  }

  /** Waits for one newer than {@code serial}; null after {@code timeout} or when closing. */
  public Published awaitNewer(long serial, Duration timeout) throws InterruptedException {
    lock.lock();
    try {
      long left = timeout.toNanos();
      while (!closed && newest.serial() <= serial) {
        if (left <= 0) {
          return null;
        }
        left = changed.awaitNanos(left);
      }
      return closed ? null : newest;
    } finally {
      lock.unlock();
    }
  }

  public boolean closed() {
    return closed;
  }

  /** Raises the number if the token keys are not those of the last time. */
  public void noteKeys() throws IOException {
    byte[] all = String.join(" ", thumbprints(clock.instant())).getBytes(StandardCharsets.US_ASCII);
    long print = ByteBuffer.wrap(Digest.hash(all).toArray()).getLong();
    database.write(
        tx -> {
          long before =
              tx.one("SELECT value FROM state WHERE name = 'keys'", row -> row.getLong(1))
                  .orElse(print);
          if (before != print) {
            tx.update("UPDATE state SET value = value + 1 WHERE name = 'number'");
          }
          return tx.update(
              "INSERT INTO state VALUES ('keys', ?) ON CONFLICT (name) DO UPDATE SET value ="
                  + " excluded.value",
              print);
        });
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private List<String> thumbprints(Instant now) {
    return keys.tokenKeys(now).stream().map(PublicJwk::thumbprint).toList();
  }

  private TrustSnapshot snapshot(Transaction tx, List<PublicJwk> tokenKeys, Instant now)
      throws SQLException {
    long iat = now.getEpochSecond();
    return new TrustSnapshot(
        issuer,
        tx.number("SELECT value FROM state WHERE name = 'epoch'"),
        tx.number("SELECT value FROM state WHERE name = 'number'"),
        iat,
        iat + Limits.SNAPSHOT_STALE.toSeconds(),
        tokenKeys,
        Revocations.published(tx, now));
  }
}
