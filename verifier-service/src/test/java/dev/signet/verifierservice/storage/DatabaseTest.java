// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final String INSERT = "INSERT INTO state VALUES (?, ?)";

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

  private long count() throws StorageException {
    return database.read(tx -> tx.number("SELECT count(*) FROM state WHERE name LIKE 't%'"));
  }

  @Test
  void failingClosureTakesNothingElseWithIt() throws Exception {
    List<Future<?>> all = new ArrayList<>();
    int failed = 0;
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        int n = i;
        all.add(
            pool.submit(
                () ->
                    database.write(
                        tx -> {
                          tx.update(INSERT, "t" + n, n);
                          if (n % 10 == 0) {
                            throw new SQLException("on purpose");
                          }
                          return n;
                        })));
      }
      for (Future<?> one : all) {
        try {
          one.get();
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(StorageException.class);
          failed++;
        }
      }
    }
    assertThat(failed).isEqualTo(20);
    assertThat(count()).isEqualTo(180);
  }

  @Test
  void bugInAClosureIsNotAnOutage() throws Exception {
    assertThatThrownBy(
            () ->
                database.write(
                    tx -> {
                      tx.update(INSERT, "t1", 1);
                      throw new IllegalArgumentException("bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(count()).isZero();
  }

  @Test
  void fullDiskDoesNothingByHalvesAndIsOverWhenThereIsRoom() throws Exception {
    long pages = database.write(tx -> tx.number("PRAGMA page_count"));
    database.write(tx -> tx.number("PRAGMA max_page_count = " + pages));
    assertThatThrownBy(
            () ->
                database.write(
                    tx -> {
                      for (int i = 0; i < 2000; i++) {
                        tx.update(INSERT, "t" + "x".repeat(200) + i, i);
                      }
                      return null;
                    }))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("full");
    assertThat(count()).isZero();
    database.write(tx -> tx.number("PRAGMA max_page_count = 1000000"));
    database.write(tx -> tx.update(INSERT, "t1", 1));
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void readersCannotWrite() {
    assertThatThrownBy(() -> database.read(tx -> tx.update(INSERT, "t1", 1)))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void closedDatabaseRefuses() throws Exception {
    database.close();
    assertThatThrownBy(() -> database.write(tx -> 1)).hasMessageContaining("closed");
    database = Database.open(directory.resolve("test.db"));
  }

  @Test
  void commitsAreDurableAndInWalMode() throws Exception {
    long synchronous = database.write(tx -> tx.number("PRAGMA synchronous"));
    String journal =
        database.write(tx -> tx.one("PRAGMA journal_mode", r -> r.getString(1)).orElseThrow());
    assertThat(synchronous).as("FULL").isEqualTo(2);
    assertThat(journal).isEqualTo("wal");
  }

  @Test
  void databaseOfALaterProgramIsRefused() throws Exception {
    database.close();
    try (var c =
            java.sql.DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("test.db"));
        var s = c.createStatement()) {
      s.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> Database.open(directory.resolve("test.db")))
        .hasMessageContaining("newer program");
    database = Database.open(directory.resolve("other.db"));
  }

  @Test
  void errorInAClosureDoesNotSilenceTheWriter() throws Exception {
    assertThatThrownBy(
            () ->
                database.write(
                    tx -> {
                      tx.update(INSERT, "t1", 1);
                      throw new StackOverflowError("in a closure");
                    }))
        .isInstanceOf(StorageException.class);
    assertThat(
            java.util.concurrent.CompletableFuture.supplyAsync(
                    () -> {
                      try {
                        return database.write(tx -> tx.update(INSERT, "t2", 1));
                      } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    })
                .get(10, java.util.concurrent.TimeUnit.SECONDS))
        .isEqualTo(1);
    assertThat(count()).isEqualTo(1);
  }
}
