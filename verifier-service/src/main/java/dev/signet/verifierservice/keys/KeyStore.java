// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** The verifier's keys, one ring for each purpose. */
public final class KeyStore {
  private final KeyContainer container;
  private final Map<KeyPurpose, KeyRing> rings;
  private final Terms terms;

  private KeyStore(KeyContainer container, Map<KeyPurpose, KeyRing> rings, Terms terms) {
    this.container = container;
    this.rings = rings;
    this.terms = terms;
  }

  /**
   * What keys are for.
   *
   * @param trustDomain whose SVIDs are signed; null where none are, and then there are no such keys
   * @param publishAhead how long a new key is published before it signs
   */
  public record Terms(String trustDomain, Duration publishAhead) {
    /** Services must have a snapshot with a new token key before they see its first token. */
    Duration ahead(KeyPurpose purpose) {
      Duration least = Limits.SNAPSHOT_STALE.plusMinutes(1);
      return purpose == KeyPurpose.TOKEN && publishAhead.compareTo(least) < 0
          ? least
          : publishAhead;
    }
  }

  /** {@code PURPOSE-NUMBER}, such as {@code token-0001}: how containers name a key. */
  static String name(KeyPurpose purpose, int number) {
    return String.format(Locale.ROOT, "%s-%04d", purpose.wireName(), number);
  }

  /**
   * Reads the keys, and makes those that are missing. A key that is put beside others by hand is
   * published ahead as one that was made here; a first one signs at once.
   *
   * @param container has the private keys
   */
  public static KeyStore open(
      KeyContainer container, Terms terms, Database database, Instant now, SecureRandom random)
      throws IOException {
    Map<KeyPurpose, KeyRing> rings = new EnumMap<>(KeyPurpose.class);
    for (KeyPurpose purpose : KeyPurpose.values()) {
      boolean forSvids =
          switch (purpose) {
            case TOKEN, SNAPSHOT, APPROVAL, AUDIT, EAR -> false;
            case X509, JWT, WIT -> true;
          };
      if (forSvids && terms.trustDomain() == null) {
        continue;
      }
      SortedMap<Integer, SigningKey> keys = container.keys(purpose);
      if (keys.isEmpty()) {
        keys.put(1, container.create(purpose, 1));
      }
      rings.put(
          purpose,
          new KeyRing(
              purpose, database.write(tx -> scheduled(tx, terms, purpose, keys, now, random))));
    }
    return new KeyStore(container, rings, terms);
  }

  /** Whether a purpose's key can be replaced while others hold what it signed. */
  public static boolean canRotate(KeyPurpose purpose) {
    return purpose.signedLife().isPresent();
  }

  /**
   * A key that is not used yet.
   *
   * @param number after all others of its purpose
   */
  public record Next(KeyPurpose purpose, int number, SigningKey key) {}

  /**
   * Makes the next key of a purpose, or finds the one that was put beside the others. Should the
   * process end before {@link #schedule} is durable, the next start schedules the key.
   *
   * @throws IOException if the key can be neither found nor made
   */
  public Next prepare(KeyPurpose purpose) throws IOException {
    int highest = rings.get(purpose).highestNumber();
    SortedMap<Integer, SigningKey> newer = container.keys(purpose).tailMap(highest + 1);
    return newer.isEmpty()
        ? new Next(purpose, highest + 1, container.create(purpose, highest + 1))
        : new Next(purpose, newer.lastKey(), newer.get(newer.lastKey()));
  }

  /** Says in the database from when {@code next} signs. */
  public Generation schedule(Transaction tx, Next next, Instant now, SecureRandom random)
      throws SQLException {
    KeyPurpose purpose = next.purpose();
    KeySchedule.Entry entry =
        new KeySchedule.Entry(
            now,
            now.plus(terms.ahead(purpose)),
            certificate(purpose, next.key(), terms, now, random));
    KeySchedule.add(tx, purpose, next.key().publicJwk().kid(), entry);
    return new Generation(
        next.number(), next.key(), entry.published(), entry.signsFrom(), entry.certificate());
  }

  /** From now on {@code next} is among the keys of its purpose. */
  public void take(KeyPurpose purpose, Generation next) {
    rings.get(purpose).add(next);
  }

  /** The keys of a purpose; nothing where this verifier issues no such thing. */
  public Optional<KeyRing> ring(KeyPurpose purpose) {
    return Optional.ofNullable(rings.get(purpose));
  }

  /** Signs identity tokens. */
  public SigningKey token(Instant now) {
    return rings.get(KeyPurpose.TOKEN).signing(now).key();
  }

  /** Every key whose tokens are accepted, or soon will be. */
  public List<PublicJwk> tokenKeys(Instant now) {
    return published(KeyPurpose.TOKEN, now);
  }

  /** The public keys of a purpose; none where this verifier has no such keys. */
  public List<PublicJwk> published(KeyPurpose purpose, Instant now) {
    return ring(purpose).stream()
        .flatMap(ring -> ring.published(now).stream())
        .map(generation -> generation.key().publicJwk())
        .toList();
  }

  /** Signs trust snapshots. */
  public SigningKey snapshot() {
    return newest(KeyPurpose.SNAPSHOT);
  }

  /** Signs state approvals, and nothing else: what it signs has no domain tag of its own. */
  public SigningKey approval() {
    return newest(KeyPurpose.APPROVAL);
  }

  /** All that ever signed checkpoints of the audit log; the last one signs. */
  public List<SigningKey> audit() {
    return rings.get(KeyPurpose.AUDIT).all();
  }

  private SigningKey newest(KeyPurpose purpose) {
    return rings.get(purpose).signing(Instant.MAX).key();
  }

  private static List<Generation> scheduled(
      Transaction tx,
      Terms terms,
      KeyPurpose purpose,
      SortedMap<Integer, SigningKey> keys,
      Instant now,
      SecureRandom random)
      throws SQLException {
    boolean others = false;
    for (SigningKey key : keys.values()) {
      others |= KeySchedule.find(tx, purpose, key.publicJwk().kid()).isPresent();
    }
    List<Generation> generations = new ArrayList<>();
    for (Map.Entry<Integer, SigningKey> entry : keys.entrySet()) {
      SigningKey key = entry.getValue();
      String kid = key.publicJwk().kid();
      Optional<KeySchedule.Entry> known = KeySchedule.find(tx, purpose, kid);
      KeySchedule.Entry scheduled;
      if (known.isPresent()) {
        scheduled = known.get();
      } else {
        scheduled =
            new KeySchedule.Entry(
                now,
                others ? now.plus(terms.ahead(purpose)) : now,
                certificate(purpose, key, terms, now, random));
        KeySchedule.add(tx, purpose, kid, scheduled);
      }
      generations.add(
          new Generation(
              entry.getKey(),
              key,
              scheduled.published(),
              scheduled.signsFrom(),
              scheduled.certificate()));
    }
    return generations;
  }

  private static Bytes certificate(
      KeyPurpose purpose, SigningKey key, Terms terms, Instant now, SecureRandom random) {
    return purpose == KeyPurpose.X509
        ? RootCertificate.selfSigned(key, terms.trustDomain(), now, random)
        : null;
  }
}
