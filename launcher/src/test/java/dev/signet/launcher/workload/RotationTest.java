// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.workload.Issued.Absence;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RotationTest {
  private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");

  private volatile Instant now = START;
  private volatile Issued.Absence refusing;
  private volatile boolean away;
  private volatile Absence lost;
  private final AtomicInteger asked = new AtomicInteger();
  private final Rotation<String> rotation =
      new Rotation<>(
          "test",
          new Rotation.Renewal<>() {
            @Override
            public Issued<Rotation.Held<String>> renew() throws IOException {
              int number = asked.incrementAndGet();
              if (away) {
                throw new IOException("away");
              }
              return refusing != null
                  ? new Issued.None<>(refusing)
                  : new Issued.Granted<>(
                      new Rotation.Held<>(
                          "v" + number, now.plusSeconds(300), now.plusSeconds(600)));
            }

            @Override
            public Optional<Absence> lost() {
              return Optional.ofNullable(lost);
            }
          },
          () -> now,
          new SecureRandom());

  @AfterEach
  void close() {
    rotation.close();
  }

  @Test
  void nothingIsAskedForUntilSomebodyWatches() {
    now = now.plusSeconds(1000);
    assertThat(asked).hasValue(0);
    Told told = watch();
    told.awaits("v1");
    assertThat(watch().words).as("who comes later is told at once").containsExactly("v1");
    assertThat(asked).hasValue(1);
  }

  @Test
  void isHadAnewAtItsTimeForThoseWhoWatch() {
    Told told = watch();
    told.awaits("v1");
    now = START.plusSeconds(299);
    Awaitility.await().during(Duration.ofMillis(1200)).until(() -> asked.get() == 1);
    now = START.plusSeconds(300);
    told.awaits("v1", "v2");
  }

  @Test
  void whoCannotBeAskedEndsNothingBeforeItsEnd() {
    Told told = watch();
    told.awaits("v1");
    away = true;
    now = START.plusSeconds(599);
    Awaitility.await().until(() -> asked.get() > 1);
    assertThat(told.words).containsExactly("v1");
    now = START.plusSeconds(600);
    told.awaits("v1", "none: away");
  }

  @Test
  void refusalEndsAtOnceWhatHasNotEnded() {
    Told told = watch();
    told.awaits("v1");
    refusing = Absence.forNow("revoked");
    now = START.plusSeconds(300);
    told.awaits("v1", "none: revoked");
  }

  @Test
  void lostIdentityEndsWhatIsHeldBeforeItIsAskedForAgain() {
    Told told = watch();
    told.awaits("v1");
    lost = Absence.forNow("lost");
    told.awaits("v1", "none: lost");
    assertThat(asked).hasValue(1);
    assertThat(watch().words).containsExactly("none: lost");
  }

  @Test
  void isTriedAgainAfterAFailureThoughNobodyWatchesAtTheMoment() {
    away = true;
    watch().awaits("none: away");
    away = false;
    now = now.plusSeconds(2);
    Awaitility.await().until(() -> asked.get() == 2);
    Awaitility.await().until(() -> watch().words.contains("v2"));
  }

  @Test
  void endsForEverybodyWhenClosed() {
    Told told = watch();
    told.awaits("v1");
    rotation.close();
    told.awaits("v1", "none: the launcher ends");
    assertThat(watch().words).containsExactly("none: the launcher ends");
  }

  private Told watch() {
    Told told = new Told();
    rotation.watch(told);
    return told;
  }

  private static final class Told implements Rotation.Watcher<String> {
    final List<String> words = new CopyOnWriteArrayList<>();

    @Override
    public void newest(String value) {
      words.add(value);
    }

    @Override
    public void none(Absence why) {
      words.add("none: " + why.detail());
    }

    void awaits(String... all) {
      Awaitility.await().untilAsserted(() -> assertThat(words).containsExactly(all));
    }
  }
}
