// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.transparency;

import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.tlog.Checkpoint;
import dev.signet.protocol.tlog.MerkleTree;
import dev.signet.protocol.tlog.SignedCheckpoint;
import dev.signet.verifierservice.audit.DecisionTree;
import dev.signet.verifierservice.keys.PrivateFiles;
import dev.signet.verifierservice.keys.SigningKey;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs what the audit log is (C2SP tlog-checkpoint), for others to keep, and keeps the newest one
 * itself in a file beside the database. It never signs one that contradicts an earlier one, but
 * where an operator began a new epoch.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private static final String TORN = "hashes of its tree are gone";

  private final String origin;
  private final Database database;
  private final List<SigningKey> keys;
  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  /** What was signed last, and what the file has; null before there is one. */
  private SignedCheckpoint newest;

  private SignedCheckpoint kept;
  private volatile boolean contradicted;

  /**
   * @param issuer {@code https://host[:port]}
   * @param keys all that ever signed checkpoints, oldest first; the last one signs
   * @param file of the newest checkpoint
   */
  public Checkpoints(String issuer, Database database, List<SigningKey> keys, Path file) {
    this.origin = origin(issuer);
    this.database = database;
    this.keys = List.copyOf(keys);
    this.file = file;
  }

  /** The log's name: where it is read, without the scheme (C2SP tlog-tiles). */
  static String origin(String issuer) {
    return issuer.replaceFirst("^https://", "") + "/v1/audit";
  }

  /**
   * Compares the log with the checkpoint that was kept last, and keeps the newest. What a build
   * without checkpoints decided is taken as it is.
   *
   * @param newEpoch the operator says that the database was restored: only tell what is different
   * @return what is different; nothing where the log has all that it had
   * @throws IOException saying what to do, if something is different and {@code newEpoch} is false
   */
  public Optional<String> open(boolean newEpoch) throws IOException {
    lock.lock();
    try {
      Optional<SignedCheckpoint> last = read();
      long known = last.map(signed -> signed.checkpoint().size()).orElse(0L);
      if (known == 0 && database.read(DecisionTree::size) == 0) {
        if (last.isEmpty()) {
          // The file first: should this process end here, the next one comes here again.
          last = Optional.of(sign(new Checkpoint(origin, 0, MerkleTree.EMPTY)));
          PrivateFiles.replace(file, last.get().note().toArray());
        }
        long taken = database.write(DecisionTree::build);
        if (taken > 0) {
          LOG.info("from now on the audit log has a tree, over {} decisions so far", taken);
        }
      }
      Optional<String> flaw = flaw(last);
      if (flaw.isPresent() && !newEpoch) {
        throw new IOException(
            "the audit log is not what it was: "
                + flaw.get()
                + ". Find out who changed the database or the file. Put the newer database back; if"
                + " it is lost, start once with --new-epoch, which the log will tell.");
      }
      Optional<String> torn = database.read(DecisionTree::torn);
      if (torn.isPresent()) {
        throw new IOException(
            "the audit log is not whole: "
                + torn.get()
                + ". Find out who changed the database, and put a backup back.");
      }
      newest = flaw.isPresent() ? null : last.orElseThrow();
      keep();
      return flaw;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The checkpoint over all that is durable now, as a signed note.
   *
   * @throws IOException if the database cannot be read, or contradicts the last checkpoint
   */
  public byte[] newest() throws IOException {
    lock.lock();
    try {
      Optional<Checkpoint> before = Optional.ofNullable(newest).map(SignedCheckpoint::checkpoint);
      Optional<String> flaw =
          before.isPresent()
              ? database.read(tx -> contradiction(tx, before.get()))
              : Optional.empty();
      Checkpoint now = flaw.isPresent() ? null : database.read(this::whole).orElse(null);
      contradicted = now == null;
      if (now == null) {
        throw new IOException("the audit log was changed from outside: " + flaw.orElse(TORN));
      }
      if (newest == null || !newest.checkpoint().equals(now)) {
        newest = sign(now);
      }
      return newest.note().toArray();
    } finally {
      lock.unlock();
    }
  }

  /** Puts the newest checkpoint into its file. */
  public void keep() throws IOException {
    lock.lock();
    try {
      byte[] note = newest();
      if (kept == null || !kept.equals(newest)) {
        PrivateFiles.replace(file, note);
        kept = newest;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the log was found changed when a checkpoint was last to be signed. */
  public boolean contradicted() {
    return contradicted;
  }

  private Optional<String> flaw(Optional<SignedCheckpoint> last) throws IOException {
    if (last.isEmpty()) {
      return Optional.of(file + " is missing, and the log is not new");
    }
    SignedCheckpoint signed = last.get();
    if (keys.stream().noneMatch(key -> signed.isSignedBy(key.publicJwk()))) {
      return Optional.of("no key of this verifier signed the checkpoint in " + file);
    }
    if (!signed.checkpoint().origin().equals(origin)) {
      return Optional.of(
          file + " is of the log " + signed.checkpoint().origin() + ", and this one is " + origin);
    }
    return database.read(tx -> contradiction(tx, signed.checkpoint()));
  }

  private static Optional<String> contradiction(Transaction tx, Checkpoint before)
      throws SQLException {
    long size = DecisionTree.size(tx);
    if (size < before.size()) {
      return Optional.of(
          "it had %d decisions, and has %d: the last ones were cut off"
              .formatted(before.size(), size));
    }
    Optional<Digest> root = DecisionTree.root(tx, before.size());
    if (root.isEmpty()) {
      return Optional.of(TORN);
    }
    return root.get().equals(before.root())
        ? Optional.empty()
        : Optional.of(
            "its first %d decisions are not those that a checkpoint was signed over"
                .formatted(before.size()));
  }

  /** Over all that is there; nothing where hashes for it are gone. */
  private Optional<Checkpoint> whole(Transaction tx) throws SQLException {
    long size = DecisionTree.size(tx);
    return DecisionTree.root(tx, size).map(root -> new Checkpoint(origin, size, root));
  }

  private SignedCheckpoint sign(Checkpoint checkpoint) {
    SigningKey key = keys.getLast();
    try {
      return SignedCheckpoint.parse(checkpoint.signed(key.publicJwk(), key::signDer));
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a checkpoint of our own", e);
    }
  }

  private Optional<SignedCheckpoint> read() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(SignedCheckpoint.parse(in.readNBytes(SignedCheckpoint.MAX_BYTES + 1)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (MalformedMessageException e) {
      throw new IOException(
          file
              + ": "
              + e.getMessage()
              + ". Put the file back from a backup, or move it away: the start then says what to do",
          e);
    }
  }
}
