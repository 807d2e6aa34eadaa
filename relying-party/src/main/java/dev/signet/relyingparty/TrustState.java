// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Limits;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.requestsignatures.SignatureProviders;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What one trust snapshot says, made ready for look-ups. Immutable, but for remembering which
 * tokens were found good.
 */
public final class TrustState {
  private final Optional<TrustSnapshot> snapshot;
  private final TokenVerifier tokens;
  private final Revoked revoked;
  private final SignatureProviders providers;
  private final long staleFrom;
  private final LongSupplier nanoTime;
  private final long staleAtNanos;

  private TrustState(
      Optional<TrustSnapshot> snapshot,
      TokenVerifier tokens,
      Revoked revoked,
      SignatureProviders providers,
      long staleFrom,
      LongSupplier nanoTime,
      long staleAtNanos) {
    this.snapshot = snapshot;
    this.tokens = tokens;
    this.revoked = revoked;
    this.providers = providers;
    this.staleFrom = staleFrom;
    this.nanoTime = nanoTime;
    this.staleAtNanos = staleAtNanos;
  }

  /** No snapshot so far: everybody is refused with {@code TRUST_STALE}. */
  public static TrustState none() {
    return new TrustState(Optional.empty(), null, null, null, Long.MIN_VALUE, () -> 0, 0);
  }

  /**
   * The state of a snapshot whose signature and number were checked by the caller; {@link
   * TrustCache} does that for what comes over a network.
   */
  public static TrustState of(TrustSnapshot snapshot, SignatureProviders providers) {
    return ready(
        snapshot, new TokenVerifier(snapshot.iss(), snapshot.tokenKeys(), providers), providers);
  }

  /** The state of the snapshot that follows this one. Tokens found good stay so while they may. */
  TrustState followedBy(TrustSnapshot next, SignatureProviders nextProviders) {
    return nextProviders == providers && tokens.trustsExactly(next.iss(), next.tokenKeys())
        ? ready(next, tokens, nextProviders)
        : of(next, nextProviders);
  }

  /** The snapshot, or nothing so far. */
  public Optional<TrustSnapshot> snapshot() {
    return snapshot;
  }

  /** True where nothing may be decided with it any more. */
  public boolean isStale(Instant now) {
    return now.getEpochSecond() >= staleFrom || nanoTime.getAsLong() - staleAtNanos >= 0;
  }

  /**
   * This state with what is left of the snapshot's time counted by a clock that nobody sets.
   *
   * @param now when the snapshot was received
   */
  TrustState from(Instant now, LongSupplier monotonic) {
    long left = Math.min(staleFrom - now.getEpochSecond(), Limits.SNAPSHOT_STALE.toSeconds());
    long end = monotonic.getAsLong() + TimeUnit.SECONDS.toNanos(Math.max(left, 0));
    return new TrustState(snapshot, tokens, revoked, providers, staleFrom, monotonic, end);
  }

  TokenVerifier tokens() {
    return tokens;
  }

  Revoked revoked() {
    return revoked;
  }

  private static TrustState ready(
      TrustSnapshot snapshot, TokenVerifier tokens, SignatureProviders providers) {
    return new TrustState(
        Optional.of(snapshot),
        tokens,
        new Revoked(snapshot.revocations()),
        providers,
        Math.min(snapshot.exp(), snapshot.iat() + Limits.SNAPSHOT_STALE.toSeconds()),
        () -> 0,
        1);
  }
}
