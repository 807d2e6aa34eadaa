// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import dev.signet.verifierservice.storage.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
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
  private final Map<KeyPurpose, KeyRing> rings;

  private KeyStore(Map<KeyPurpose, KeyRing> rings) {
    this.rings = rings;
  }

  /** {@code PURPOSE-NUMBER}, such as {@code token-0001}: how containers name a key. */
  static String name(KeyPurpose purpose, int number) {
    return String.format(Locale.ROOT, "%s-%04d", purpose.wireName(), number);
  }

  /**
   * Reads the keys, and makes those that are missing. A key that was put there by hand signs at
   * once.
   *
   * @param providers sign
   * @param trustDomain whose SVIDs are signed; null where none are, and then there are no such keys
   */
  public static KeyStore open(
      Path directory,
      SignatureProviders providers,
      Database database,
      String trustDomain,
      Instant now,
      SecureRandom random)
      throws IOException {
    KeyContainer container = new KeyFiles(directory, providers);
    Map<KeyPurpose, KeyRing> rings = new EnumMap<>(KeyPurpose.class);
    for (KeyPurpose purpose : KeyPurpose.values()) {
      boolean forSvids =
          switch (purpose) {
            case TOKEN, SNAPSHOT, APPROVAL -> false;
            case X509, JWT, WIT -> true;
          };
      if (!forSvids || trustDomain != null) {
        rings.put(purpose, ring(container, purpose, database, trustDomain, now, random));
      }
    }
    return new KeyStore(rings);
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

  private SigningKey newest(KeyPurpose purpose) {
    return rings.get(purpose).signing(Instant.MAX).key();
  }

  private static KeyRing ring(
      KeyContainer container,
      KeyPurpose purpose,
      Database database,
      String trustDomain,
      Instant now,
      SecureRandom random)
      throws IOException {
    SortedMap<Integer, SigningKey> keys = container.keys(purpose);
    if (keys.isEmpty()) {
      keys.put(1, container.create(purpose, 1));
    }
    List<Generation> generations = new ArrayList<>();
    for (Map.Entry<Integer, SigningKey> entry : keys.entrySet()) {
      SigningKey key = entry.getValue();
      String kid = key.publicJwk().kid();
      Optional<KeySchedule.Entry> known = database.read(tx -> KeySchedule.find(tx, purpose, kid));
      if (known.isEmpty()) {
        known =
            Optional.of(
                new KeySchedule.Entry(
                    now, now, certificate(purpose, key, trustDomain, now, random)));
        KeySchedule.Entry first = known.get();
        database.write(
            tx -> {
              KeySchedule.add(tx, purpose, kid, first);
              return null;
            });
      }
      KeySchedule.Entry scheduled = known.get();
      generations.add(
          new Generation(
              entry.getKey(),
              key,
              scheduled.published(),
              scheduled.signsFrom(),
              scheduled.certificate()));
    }
    return new KeyRing(purpose, generations);
  }

  private static Bytes certificate(
      KeyPurpose purpose, SigningKey key, String trustDomain, Instant now, SecureRandom random)
      throws IOException {
    return purpose == KeyPurpose.X509
        ? RootCertificate.selfSigned(key, trustDomain, now, random)
        : null;
  }
}
