// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.trust;

import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.keys.PrivateFiles;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The furthest that this verifier's database ever was, in a file of its own. A database behind it
 * was restored from a backup: it has forgotten revocations, floors and used-up nonces, and must not
 * speak as if it had not.
 */
public final class HighWater {
  private static final Pattern FORM =
      Pattern.compile("epoch ([0-9]{1,18})\nnumber ([0-9]{1,18})\ndecision ([0-9]{1,18})\n");

  private final Path file;

  public HighWater(Path file) {
    this.file = file;
  }

  /**
   * @param decision number of the newest decision
   */
  record Mark(long epoch, long number, long decision) {
    static Mark of(Transaction tx) throws SQLException {
      return new Mark(
          tx.number("SELECT value FROM state WHERE name = 'epoch'"),
          tx.number("SELECT value FROM state WHERE name = 'number'"),
          DecisionLog.newest(tx));
    }

    boolean behind(Mark other) {
      if (epoch != other.epoch) {
        return epoch < other.epoch;
      }
      return number < other.number || decision < other.decision;
    }

    @Override
    public String toString() {
      return "epoch " + epoch + ", number " + number + ", decision " + decision;
    }
  }

  /** Whether this verifier ran before. */
  public boolean exists() {
    return Files.exists(file);
  }

  /**
   * Compares the database with the file.
   *
   * @param newEpoch the operator says that the database was restored: begin a new epoch
   * @throws IOException saying what to do, if the database is behind and {@code newEpoch} is false
   */
  public void check(Database database, boolean newEpoch) throws IOException {
    Mark now = database.read(Mark::of);
    Optional<Mark> highest = read();
    if (newEpoch) {
      long epoch = Math.max(now.epoch(), highest.map(Mark::epoch).orElse(0L)) + 1;
      database.write(
          tx -> {
            tx.update("UPDATE state SET value = ? WHERE name = 'epoch'", epoch);
            return tx.update("UPDATE state SET value = 1 WHERE name = 'number'");
          });
      raise(database);
      return;
    }
    if (highest.isEmpty() && now.decision() > 0) {
      throw new IOException(
          file
              + " is missing, and the database is not new. If it was restored from a backup, enter"
              + " again the revocations and floors made since, then start once with --new-epoch.");
    }
    if (highest.isPresent() && now.behind(highest.get())) {
      throw new IOException(
          "the database is older than it once was: it is at "
              + now
              + ", "
              + file
              + " says "
              + highest.get()
              + ". Put the newer database back. If it is lost: start once with --new-epoch, then"
              + " enter again the revocations and floors made since the backup, and have hosts"
              + " enrolled since the backup enrol again.");
    }
  }

  /** Takes over where the database is now. */
  public void raise(Database database) throws IOException {
    Mark mark = database.read(Mark::of);
    String text =
        "epoch "
            + mark.epoch()
            + "\nnumber "
            + mark.number()
            + "\ndecision "
            + mark.decision()
            + "\n";
    PrivateFiles.replace(file, text.getBytes(StandardCharsets.US_ASCII));
  }

  private Optional<Mark> read() throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IOException(file + ": expected epoch, number and decision, one a line");
    }
    return Optional.of(
        new Mark(
            Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), Long.parseLong(m.group(3))));
  }
}
