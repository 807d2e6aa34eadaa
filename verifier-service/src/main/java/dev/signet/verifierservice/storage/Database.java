// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.sqlite.SQLiteConfig;

/**
 * SQLite with a write-ahead log. {@link #write} returns when its transaction is on the disk
 * (synchronous=FULL); writers that wait at the same time share one commit. Reads run beside on
 * connections of their own and see what was committed.
 */
public final class Database implements AutoCloseable {
  private static final int READERS = 4;

  private final GroupCommit writer;
  private final BlockingQueue<Statements> readers = new ArrayBlockingQueue<>(READERS);
  private final List<Statements> allReaders = new ArrayList<>();

  private Database(GroupCommit writer) {
    this.writer = writer;
  }

  /** Opens or creates {@code file} (mode 0600) and brings its schema up to date. */
  public static Database open(Path file) throws IOException {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // An existing database is the ordinary case.
    }
    try {
      Statements write = new Statements(connect(file, false));
      Migrations.apply(write);
      Database database = new Database(new GroupCommit(write));
      for (int i = 0; i < READERS; i++) {
        Statements read = new Statements(connect(file, true));
        database.allReaders.add(read);
        database.readers.add(read);
      }
      return database;
    } catch (SQLException e) {
      throw new StorageException(
          "cannot open the database " + file + ": " + e.getMessage() + "; is the disk writable?",
          e);
    }
  }

  /**
   * Runs {@code work} in a transaction of its own and waits until it is durable.
   *
   * @throws StorageException if it failed or could not be made durable; nothing of it remains
   */
  public <T> T write(Work<T> work) throws StorageException {
    return writer.run(work);
  }

  /** Runs {@code work} over one consistent committed state; it cannot write. */
  public <T> T read(Work<T> work) throws StorageException {
    Statements connection;
    try {
      connection = readers.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while waiting for the database", e);
    }
    try {
      connection.run("BEGIN");
      try {
        return work.in(new Transaction(connection));
      } finally {
        connection.run("COMMIT");
      }
    } catch (SQLException e) {
      connection.forget();
      throw new StorageException("reading the database failed: " + e.getMessage(), e);
    } finally {
      readers.add(connection);
    }
  }

  /** Transactions that wait for the writer. */
  public int queued() {
    return writer.queued();
  }

  /** Finishes what was accepted, then closes. */
  @Override
  public void close() throws StorageException {
    try {
      for (Statements reader : allReaders) {
        reader.close();
      }
    } catch (SQLException e) {
      throw new StorageException("closing the database failed: " + e.getMessage(), e);
    } finally {
      // Last, since the last connection to close puts the log into the file, and readers cannot.
      writer.close();
    }
  }

  private static Connection connect(Path file, boolean readOnly) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(5_000);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    if (readOnly) {
      config.setPragma(SQLiteConfig.Pragma.JOURNAL_MODE, "WAL");
      config.setReadOnly(true);
    }
    return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
  }
}
