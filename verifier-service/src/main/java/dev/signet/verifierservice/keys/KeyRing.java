// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The keys of one purpose over time. A key is published before it signs, and stays published until
 * everything that it signed has ended. Which one that is depends on the time alone, so nothing has
 * to happen for a rotation to go on.
 */
public final class KeyRing {
  /**
   * One key.
   *
   * @param number rises
   * @param published from when it is among the keys that others are told of
   * @param signsFrom from when it signs, until a higher number does
   * @param certificate its self-signed root certificate, DER; null but for {@link KeyPurpose#X509}
   */
  public record Generation(
      int number, SigningKey key, Instant published, Instant signsFrom, Bytes certificate) {}

  private final KeyPurpose purpose;
  private volatile List<Generation> generations;

  /**
   * @param generations at least one, in any order
   */
  KeyRing(KeyPurpose purpose, List<Generation> generations) {
    if (generations.isEmpty()) {
      throw new IllegalArgumentException("expected at least one " + purpose.wireName() + " key");
    }
    this.purpose = purpose;
    this.generations = ordered(generations);
  }

  /** What signs at {@code now}: the highest number that may. */
  public Generation signing(Instant now) {
    List<Generation> all = generations;
    for (Generation generation : all.reversed()) {
      if (!now.isBefore(generation.signsFrom())) {
        return generation;
      }
    }
    // A clock that was set back finds the oldest one.
    return all.getFirst();
  }

  /** What others are told of at {@code now}, oldest first: what signs, signed, or is about to. */
  public List<Generation> published(Instant now) {
    List<Generation> out = new ArrayList<>();
    for (Generation generation : generations) {
      if (!ended(generation, now)) {
        out.add(generation);
      }
    }
    return List.copyOf(out);
  }

  /** Every key that the container has, oldest first. */
  List<SigningKey> all() {
    return generations.stream().map(Generation::key).toList();
  }

  /** Whether a key is published that does not sign yet. */
  public boolean rotating(Instant now) {
    return generations.getLast().signsFrom().isAfter(now);
  }

  int highestNumber() {
    return generations.getLast().number();
  }

  void add(Generation next) {
    List<Generation> all = new ArrayList<>(generations);
    all.add(next);
    generations = ordered(all);
  }

  private boolean ended(Generation generation, Instant now) {
    if (purpose.signedLife().isEmpty()) {
      return generation != generations.getLast();
    }
    Duration outlives = purpose.signedLife().get().plus(Limits.CLOCK_SKEW);
    return generations.stream()
        .anyMatch(
            later ->
                later.number() > generation.number()
                    && !now.isBefore(later.signsFrom().plus(outlives)));
  }

  private static List<Generation> ordered(List<Generation> generations) {
    return generations.stream().sorted(Comparator.comparingInt(Generation::number)).toList();
  }
}
