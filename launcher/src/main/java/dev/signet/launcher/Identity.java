// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A launch's identity towards services: the request key and the newest token, renewed at half of
 * each token's life by a new quote.
 *
 * <p>A refusal by the verifier ends the identity at once, since a key that no longer passes must
 * not sign; a verifier that cannot be reached does not, until the token ends. In both cases it goes
 * on trying, so that a reinstated agent or a verifier that is back needs nobody at the host.
 *
 * <p>Waiting and the token's end follow {@link VerifierClock}: setting the host's clock neither
 * stops renewals nor keeps an ended token.
 */
final class Identity implements VerifierSvids.Attested, AutoCloseable {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  /** Refusals that say nothing about the agent: the call came too often or too late. */
  private static final Set<String> PASSING =
      Set.of(Refusal.RATE_LIMITED.name(), Refusal.WRONG_NONCE.name());

  /** A request that found the replaced key signs within moments; then the key goes. */
  private static final Duration LAST_USES = Duration.ofSeconds(5);

  private final SigningKeys keys;
  private final VerifierClock clock;
  private final Progress progress;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private final Thread renewal;
  private volatile Current current;
  private volatile String refused;
  private boolean closed;
  private long nextAt;
  private Duration retry = FIRST_RETRY;

  private Identity(SigningKeys keys, VerifierClock clock, Progress progress) {
    this.keys = keys;
    this.clock = clock;
    this.progress = progress;
    this.renewal = Thread.ofPlatform().daemon().name("signet-renewal").unstarted(this::renew);
  }

  /** Starts with a result just received; renews until closed. Owns the keys from now on. */
  static Identity start(
      SigningKeys keys, AttestationResult first, VerifierClock clock, Progress progress) {
    Identity identity = new Identity(keys, clock, progress);
    identity.accept(first);
    identity.renewal.start();
    return identity;
  }

  @Override
  public Optional<Current> current() {
    Current c = current;
    return c == null || !clock.instant().isBefore(c.notAfter()) ? Optional.empty() : Optional.of(c);
  }

  @Override
  public Optional<String> refused() {
    return Optional.ofNullable(refused);
  }

  /** Ends renewal and destroys the keys. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      current = null;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
    renewal.interrupt();
    boolean interrupted = false;
    while (renewal.isAlive()) {
      try {
        renewal.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    keys.close();
  }

  private void renew() {
    try {
      while (sleepUntil(nextAt)) {
        renewOnce();
      }
    } catch (InterruptedException e) {
      // Closed while it waited or called; nothing is left to do.
    }
  }

  private void renewOnce() throws InterruptedException {
    try {
      switch (keys.attest()) {
        case Answer.Granted<AttestationResult>(AttestationResult result) -> {
          accept(result);
          retry = FIRST_RETRY;
          progress.say(Progress.Step.RENEWED, "identity renewed until " + result.notAfter());
          retireReplaced();
        }
        case Answer.Refused<AttestationResult>(ProblemDetails problem) -> {
          String why = new Answer.Refused<>(problem).describe();
          retryLater();
          if (PASSING.contains(problem.reason())) {
            progress.say(Progress.Step.RENEWAL_FAILED, why);
          } else {
            current = null;
            refused = why;
            progress.say(
                Progress.Step.IDENTITY_LOST,
                "the verifier refused to renew: "
                    + why
                    + ". No request is signed or sent until it accepts again");
          }
        }
      }
    } catch (IOException e) {
      failed(e.getMessage());
    } catch (RuntimeException e) {
      // A fault of ours in one renewal must not silently end all later ones.
      failed("fault in the launcher: " + e);
    }
  }

  private void retireReplaced() throws InterruptedException {
    long due = clock.nanos() + LAST_USES.toNanos();
    sleepUntil(due - nextAt < 0 ? due : nextAt);
    keys.retire();
  }

  private void failed(String why) {
    retryLater();
    progress.say(
        Progress.Step.RENEWAL_FAILED, why + "; trying again in " + retry.toSeconds() + " s");
  }

  private void retryLater() {
    nextAt = clock.nanos() + retry.toNanos();
    Duration doubled = retry.multipliedBy(2);
    retry = doubled.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : doubled;
  }

  private void accept(AttestationResult result) {
    // Taken from the answer's own times: what counts is how long from now, not the host's date.
    long wait = Duration.between(result.serverTime(), result.renewAfter()).toNanos();
    clock.heard(result.serverTime());
    refused = null;
    nextAt = clock.nanos() + wait;
    SigningKeys.Newest newest = keys.newest();
    current =
        new Current(
            result.token(),
            newest.thumbprint(),
            newest.signer(),
            newest.atOnce(),
            result.notAfter());
  }

  /** False when closed. */
  private boolean sleepUntil(long time) throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        long nanos = time - clock.nanos();
        if (nanos <= 0) {
          return true;
        }
        wake.awaitNanos(nanos);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }
}
