// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.keys.KeyPurpose;
import dev.signet.verifierservice.keys.KeyRing;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.trust.SnapshotPublisher;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/** {@code POST /v1/key-rotations}: the next key of a purpose is published, and signs later. */
public final class KeyRoutes {
  private final Acts acts;
  private final KeyStore keys;
  private final SnapshotPublisher publisher;
  private final InstantSource clock;
  private final SecureRandom random;
  private final ReentrantLock one = new ReentrantLock();

  public KeyRoutes(
      Acts acts,
      KeyStore keys,
      SnapshotPublisher publisher,
      InstantSource clock,
      SecureRandom random) {
    this.acts = acts;
    this.keys = keys;
    this.publisher = publisher;
    this.clock = clock;
    this.random = random;
  }

  public List<Route> routes() {
    return List.of(
        new Route(
            "POST",
            "/v1/key-rotations",
            new Access.Operators(Role.ROTATE),
            Limits.SMALL_MESSAGE_BYTES,
            this::rotate));
  }

  /** Which key. */
  record Rotation(String purpose) {
    Rotation {
      if (purpose == null || KeyPurpose.named(purpose).isEmpty()) {
        throw new IllegalArgumentException("purpose: expected token, ear, x509, jwt or wit");
      }
    }
  }

  /**
   * The answer.
   *
   * @param published from now on
   * @param signsFrom from when the key signs; the one before it stays published until all that it
   *     signed has ended
   */
  record Rotated(String purpose, String kid, Instant published, Instant signsFrom) {}

  private Answer rotate(Call call) throws MalformedMessageException, IOException {
    KeyPurpose purpose = KeyPurpose.named(call.json(Rotation.class).purpose()).orElseThrow();
    Optional<KeyRing> ring = keys.ring(purpose);
    if (!KeyStore.canRotate(purpose)) {
      return acts.problem(
          Refusal.NOT_PERMITTED, "a " + purpose.wireName() + " key is pinned by others");
    }
    if (ring.isEmpty()) {
      return acts.problem(Refusal.NOT_FOUND, "this verifier is no trust domain");
    }
    one.lock();
    try {
      if (ring.get().rotating(clock.instant())) {
        return acts.problem(Refusal.CONFLICT, "the key before it does not sign yet");
      }
      KeyStore.Next next = keys.prepare(purpose);
      AtomicReference<Generation> made = new AtomicReference<>();
      Answer answer =
          acts.decide(
              call,
              "rotate-key",
              (tx, now) -> {
                Generation generation = keys.schedule(tx, next, now, random);
                made.set(generation);
                String kid = generation.key().publicJwk().kid();
                return new Acts.Done(
                    201,
                    new Rotated(
                        purpose.wireName(), kid, generation.published(), generation.signsFrom()),
                    Decision.act(
                        "rotate-key",
                        call.caller().actor(),
                        null,
                        null,
                        purpose.wireName()
                            + " key "
                            + kid
                            + " signs from "
                            + generation.signsFrom()));
              });
      keys.take(purpose, made.get());
      publisher.noteKeys();
      publisher.publish();
      return answer;
    } finally {
      one.unlock();
    }
  }
}
