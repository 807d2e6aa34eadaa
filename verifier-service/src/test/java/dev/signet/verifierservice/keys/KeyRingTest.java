// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifierservice.keys.KeyRing.Generation;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which key signs and which are published, by the time alone. */
class KeyRingTest {
  private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant ROTATED = BEGIN.plus(Duration.ofDays(30));
  private static final Duration AHEAD = Duration.ofMinutes(25);
  private static final Duration LIFE = Limits.FEDERATION_TOKEN_LIFE_MAX.plus(Limits.CLOCK_SKEW);

  private final Generation first = generation(1, BEGIN, BEGIN);
  private final Generation second = generation(2, ROTATED, ROTATED.plus(AHEAD));
  private final KeyRing ring = new KeyRing(KeyPurpose.JWT, List.of(second, first));

  private static Generation generation(int number, Instant published, Instant signsFrom) {
    PublicJwk jwk = PublicJwk.of((ECPublicKey) Pem.newP256().getPublic());
    return new Generation(
        number, new SigningKey(input -> new byte[64], jwk), published, signsFrom, null);
  }

  @Test
  void newKeyIsPublishedBeforeItSigns() {
    Instant last = ROTATED.plus(AHEAD).minusNanos(1);
    assertThat(ring.signing(ROTATED)).isSameAs(first);
    assertThat(ring.signing(last)).isSameAs(first);
    assertThat(ring.published(ROTATED)).containsExactly(first, second);
    assertThat(ring.rotating(last)).isTrue();
  }

  @Test
  void newKeySignsFromItsTimeOn() {
    assertThat(ring.signing(ROTATED.plus(AHEAD))).isSameAs(second);
    assertThat(ring.rotating(ROTATED.plus(AHEAD))).isFalse();
  }

  @Test
  void oldKeyStaysPublishedUntilAllThatItSignedHasEnded() {
    Instant end = ROTATED.plus(AHEAD).plus(LIFE);
    assertThat(ring.published(end.minusNanos(1))).containsExactly(first, second);
    assertThat(ring.published(end)).containsExactly(second);
  }

  @Test
  void clockThatWasSetBackFindsTheOldestKey() {
    assertThat(ring.signing(BEGIN.minusSeconds(1))).isSameAs(first);
  }

  @Test
  void onlyTheNewestKeyCountsWhereOthersPinIt() {
    KeyRing pinned = new KeyRing(KeyPurpose.SNAPSHOT, List.of(first, second));
    assertThat(pinned.published(ROTATED)).containsExactly(second);
    assertThat(KeyStore.canRotate(KeyPurpose.SNAPSHOT)).isFalse();
    assertThat(KeyStore.canRotate(KeyPurpose.APPROVAL)).isFalse();
  }
}
