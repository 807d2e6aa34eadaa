// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.HostId;
import dev.signet.verifierservice.registry.HostAlarms.Alarm;
import dev.signet.verifierservice.registry.HostAlarms.Kind;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which alarms speak of a second TPM, and of which host. */
class HostAlarmsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final HostId HOST = new HostId("host-1");
  private static final HostId OTHER = new HostId("host-2");

  /** What anybody can cause who knows a name or a certificate must shut no host out. */
  private static final Set<Kind> ANYBODYS = Set.of(Kind.ANOTHER_TPM, Kind.ANOTHER_NAME);

  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private void raise(HostId host, Kind kind, String detail, Instant at) throws StorageException {
    database.write(
        tx -> {
          HostAlarms.raise(tx, host, kind, detail, at);
          return null;
        });
  }

  private Optional<Kind> copied(HostId host) throws StorageException {
    return database.read(tx -> HostAlarms.copied(tx, host));
  }

  private boolean clear(HostId host) throws StorageException {
    return database.write(tx -> HostAlarms.clear(tx, host));
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhatAHostsOwnKeyDidSpeaksOfACopy(Kind kind) throws Exception {
    raise(HOST, kind, "seen", NOW);
    assertThat(copied(HOST)).isEqualTo(Optional.of(kind).filter(k -> !ANYBODYS.contains(k)));
    assertThat(copied(OTHER)).isEmpty();
  }

  @Test
  void alarmsOfOtherHostsStayWhenOnesAreCleared() throws Exception {
    raise(HOST, Kind.FORKED, "seen", NOW);
    raise(OTHER, Kind.FORKED, "seen", NOW);
    assertThat(clear(HOST)).isTrue();
    assertThat(clear(HOST)).isFalse();
    assertThat(copied(HOST)).isEmpty();
    assertThat(copied(OTHER)).contains(Kind.FORKED);
  }

  /** A refused host comes back every few minutes, for days. */
  @Test
  void alarmThatGoesOnIsToldOnceAnHour() throws Exception {
    Logger logger = Logger.getLogger(HostAlarms.class.getName());
    List<String> told = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            told.add(line.getLevel() + " " + line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      for (int minute = 0; minute < 180; minute += 3) {
        raise(HOST, Kind.FORKED, "seen", NOW.plus(Duration.ofMinutes(minute)));
      }
      assertThat(told)
          .hasSize(3)
          .containsOnly("WARNING alarm forked about host host-1; see signet hosts");
      raise(HOST, Kind.TWO_PLACES, "seen", NOW);
      raise(OTHER, Kind.FORKED, "seen", NOW);
      assertThat(told).as("another kind, another host").hasSize(5);
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void detailIsCutOff() throws Exception {
    raise(HOST, Kind.ANOTHER_NAME, "x".repeat(100_000), NOW);
    List<Alarm> alarms = database.read(tx -> HostAlarms.ofHost(tx, HOST));
    assertThat(alarms).singleElement().extracting(Alarm::detail).isEqualTo("x".repeat(500));
  }

  @Test
  void oneEntryOfAKindTellsHowOftenAndOfTheNewest() throws Exception {
    raise(HOST, Kind.FORKED, "once", NOW);
    raise(HOST, Kind.FORKED, "again", NOW.plusSeconds(5));
    List<Alarm> alarms = database.read(tx -> HostAlarms.ofHost(tx, HOST));
    assertThat(alarms)
        .containsExactly(new Alarm(HOST, Kind.FORKED, NOW, NOW.plusSeconds(5), 2, "again"));
  }
}
