// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The one writer. Whoever queues while a commit is being made durable is in the next one; each
 * closure has its own savepoint, so one that fails takes nothing else with it.
 */
final class GroupCommit {
  private static final int QUEUE = 8192;
  private static final int GROUP = 256;

  private final Statements connection;
  private final BlockingQueue<Task<?>> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Thread thread;
  private volatile boolean closed;

  GroupCommit(Statements connection) {
    this.connection = connection;
    this.thread = Thread.ofPlatform().name("signet-database-writer").daemon().start(this::loop);
  }

  private static final class Task<T> {
    private final Work<T> work;
    private final CompletableFuture<T> done = new CompletableFuture<>();
    private T result;
    private Throwable failure;

    Task(Work<T> work) {
      this.work = work;
    }

    void run(Transaction tx) throws SQLException {
      result = work.in(tx);
    }

    void finish() {
      if (failure == null) {
        done.complete(result);
      } else {
        done.completeExceptionally(failure);
      }
    }

    void fail(Throwable cause) {
      done.completeExceptionally(cause);
    }
  }

  <T> T run(Work<T> work) throws StorageException {
    Task<T> task = new Task<>(work);
    if (closed || !queue.offer(task)) {
      throw new StorageException(
          closed ? "the database is closed" : "more than " + QUEUE + " writes are waiting");
    }
    try {
      return task.done.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while waiting for the database", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        // A bug in the closure, not an outage: let it be seen as one.
        case RuntimeException bug -> throw new IllegalStateException("in a transaction", bug);
        case Throwable cause ->
            throw new StorageException("writing failed: " + cause.getMessage(), cause);
      }
    }
  }

  int queued() {
    return queue.size();
  }

  void close() throws StorageException {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    for (Task<?> late : queue) {
      late.fail(new SQLException("the database is closed"));
    }
    try {
      connection.close();
    } catch (SQLException e) {
      throw new StorageException("closing the database failed: " + e.getMessage(), e);
    }
  }

  private void loop() {
    List<Task<?>> group = new ArrayList<>(GROUP);
    while (true) {
      group.clear();
      try {
        Task<?> first = queue.poll(50, java.util.concurrent.TimeUnit.MILLISECONDS);
        if (first == null) {
          if (closed) {
            return;
          }
          continue;
        }
        group.add(first);
        queue.drainTo(group, GROUP - 1);
      } catch (InterruptedException e) {
        continue;
      }
      commit(group);
    }
  }

  private void commit(List<Task<?>> group) {
    try {
      connection.run("BEGIN IMMEDIATE");
      Transaction tx = new Transaction(connection);
      for (Task<?> task : group) {
        attempt(task, tx);
      }
      connection.run("COMMIT");
    } catch (SQLException e) {
      rollback();
      group.forEach(task -> task.fail(e));
      return;
    }
    group.forEach(Task::finish);
  }

  /** Throws only if the whole group's transaction is lost. */
  private void attempt(Task<?> task, Transaction tx) throws SQLException {
    connection.run("SAVEPOINT task");
    try {
      task.run(tx);
    } catch (SQLException | RuntimeException | Error e) {
      // An error that ended this thread would leave every later caller waiting for ever.
      task.failure = e;
      undo(e);
    }
    connection.run("RELEASE task");
  }

  private void undo(Throwable why) throws SQLException {
    connection.forget();
    try {
      connection.run("ROLLBACK TO task");
    } catch (SQLException gone) {
      // After a full disk SQLite has rolled back everything; the reason is the first failure.
      throw why instanceof SQLException first ? first : gone;
    }
  }

  private void rollback() {
    connection.forget();
    try {
      connection.run("ROLLBACK");
    } catch (SQLException e) {
      // There was no transaction left to roll back: SQLite did it itself.
    }
  }
}
