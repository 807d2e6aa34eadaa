// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.keys.KeyPurpose;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The trust domain's bundle. Its sequence number rises when its keys are not those of before. */
public final class BundlePublisher {
  /** Room for numbers inside an epoch; what readers know as a number holds both. */
  private static final int EPOCH_SHIFT = 24;

  private final KeyStore keys;
  private final Database database;
  private final Duration refreshHint;
  private volatile Held held = new Held(List.of(), 0);

  /** The keys of the last bundle, and its number. */
  private record Held(List<SpiffeBundle.Key> keys, long sequence) {}

  public BundlePublisher(KeyStore keys, Database database, Duration refreshHint) {
    this.keys = keys;
    this.database = database;
    this.refreshHint = refreshHint;
  }

  Duration refreshHint() {
    return refreshHint;
  }

  /**
   * What every reader of SPIFFE bundles knows: without the keys of WIT-SVIDs. Readers should ignore
   * keys of a use that they don't know (SPIFFE Trust Domain and Bundle, section 4.2.2), and SPIRE
   * 1.13 refuses the whole bundle.
   */
  SpiffeBundle common(Instant now) throws IOException {
    SpiffeBundle all = current(now);
    return new SpiffeBundle(
        all.keys().stream().filter(key -> !key.use().equals(SpiffeBundle.WIT_SVID)).toList(),
        all.sequence(),
        all.refreshHint());
  }

  /** As it is at {@code now}. */
  SpiffeBundle current(Instant now) throws IOException {
    List<SpiffeBundle.Key> all = new ArrayList<>();
    for (Generation root : keys.ring(KeyPurpose.X509).orElseThrow().published(now)) {
      all.add(SpiffeBundle.Key.x509(root.key().publicJwk(), root.certificate().toArray()));
    }
    add(all, KeyPurpose.JWT, SpiffeBundle.JWT_SVID, now);
    add(all, KeyPurpose.WIT, SpiffeBundle.WIT_SVID, now);
    // Identity tokens have the form of WIT-SVIDs: who wants to may check them as such.
    add(all, KeyPurpose.TOKEN, SpiffeBundle.WIT_SVID, now);
    Held last = held;
    if (!last.keys().equals(all)) {
      last = new Held(List.copyOf(all), sequence(all));
      held = last;
    }
    return new SpiffeBundle(last.keys(), last.sequence(), refreshHint.toSeconds());
  }

  private void add(List<SpiffeBundle.Key> all, KeyPurpose purpose, String use, Instant now) {
    for (PublicJwk key : keys.published(purpose, now)) {
      all.add(SpiffeBundle.Key.token(key, use));
    }
  }

  private long sequence(List<SpiffeBundle.Key> all) throws IOException {
    long print = ByteBuffer.wrap(Digest.hash(StrictJson.encode(all)).toArray()).getLong();
    return database.write(
        tx -> {
          if (tx.number("SELECT value FROM state WHERE name = 'bundle-keys'") != print) {
            tx.update("UPDATE state SET value = ? WHERE name = 'bundle-keys'", print);
            tx.update("UPDATE state SET value = value + 1 WHERE name = 'bundle'");
          }
          long epoch = tx.number("SELECT value FROM state WHERE name = 'epoch'");
          return (epoch << EPOCH_SHIFT)
              + tx.number("SELECT value FROM state WHERE name = 'bundle'");
        });
  }
}
