// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.IdentityClaims;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How long what is issued may live. An SVID rests on an appraisal; it may outlive the identity
 * token that says so by one life of such a token, which is what a renewal takes that comes late,
 * and no more. A token that its statement's end cut short gives nothing beyond itself.
 */
final class SvidLife {
  private SvidLife() {}

  /**
   * The end of an SVID, in whole seconds.
   *
   * @param asked seconds, or null for {@code standard}
   * @param longest what it may be at most
   * @param tokenLife of identity tokens as this verifier makes them
   */
  static Instant ofSvid(
      Long asked,
      Duration standard,
      Duration longest,
      IdentityClaims claims,
      Duration tokenLife,
      Instant now) {
    boolean whole = claims.exp() - claims.iat() >= tokenLife.toSeconds();
    Instant rests = Instant.ofEpochSecond(claims.exp()).plus(whole ? tokenLife : Duration.ZERO);
    return earlier(ofToken(asked, standard, longest, now), rests);
  }

  /** The end of a token for federation: what was asked for, within its bound. */
  static Instant ofToken(Long asked, Duration standard, Duration longest, Instant now) {
    Duration wished = asked == null ? standard : Duration.ofSeconds(asked);
    Duration life = wished.compareTo(longest) < 0 ? wished : longest;
    return now.truncatedTo(ChronoUnit.SECONDS).plus(life);
  }

  static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Half of what is left. */
  static Instant renewal(Instant now, Instant end) {
    return now.plus(Duration.between(now, end).dividedBy(2)).truncatedTo(ChronoUnit.SECONDS);
  }
}
