// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.transparency;

import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.tlog.EntryBundle;
import dev.signet.protocol.tlog.TilePath;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.audit.DecisionTree;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The audit log for operators: to read, and as a tiled transparency log (C2SP tlog-tiles) whose
 * checkpoints others keep.
 */
public final class AuditRoutes {
  private static final String TILES = "application/octet-stream";

  private final Database database;
  private final Checkpoints checkpoints;
  private final InstantSource clock;

  public AuditRoutes(Database database, Checkpoints checkpoints, InstantSource clock) {
    this.database = database;
    this.checkpoints = checkpoints;
    this.clock = clock;
  }

  public List<Route> routes() {
    Access audit = new Access.Operators(Role.AUDIT);
    return List.of(
        new Route("GET", "/v1/audit", audit, 0, this::decisions),
        new Route("GET", "/v1/audit/checkpoint", audit, 0, this::checkpoint),
        new Route("GET", "/v1/audit/tile/**", audit, 0, this::tile));
  }

  private Answer decisions(Call call) throws MalformedMessageException, IOException {
    String text = call.parameters("after").getOrDefault("after", "0");
    if (!text.matches("[0-9]{1,18}")) {
      throw new MalformedMessageException("after: expected the id of a decision");
    }
    long after = Long.parseLong(text);
    return new Answer.Json(
        200, Map.of("decisions", database.read(tx -> DecisionLog.after(tx, after))));
  }

  private Answer checkpoint(Call call) throws IOException {
    return new Answer.Document("text/plain; charset=utf-8", checkpoints.newest());
  }

  private Answer tile(Call call) throws IOException {
    Optional<TilePath> path = TilePath.parse(call.path().get("**"));
    Optional<byte[]> content =
        path.isEmpty()
            ? Optional.empty()
            : database.read(
                tx ->
                    path.get().level() == TilePath.ENTRIES
                        ? entries(tx, path.get())
                        : hashes(tx, path.get()));
    return content
        .<Answer>map(bytes -> new Answer.Document(TILES, bytes))
        .orElseGet(
            () ->
                new Answer.Problem(
                    ProblemDetails.of(
                        Refusal.NOT_FOUND, "the log has no such tile", null, clock.instant())));
  }

  private static Optional<byte[]> hashes(Transaction tx, TilePath tile) throws SQLException {
    List<Digest> hashes = DecisionTree.hashes(tx, tile.level(), tile.first(), tile.width());
    if (hashes.size() != tile.width()) {
      return Optional.empty();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    hashes.forEach(hash -> out.writeBytes(hash.toArray()));
    return Optional.of(out.toByteArray());
  }

  /** What is not there any more is an entry without bytes. */
  private static Optional<byte[]> entries(Transaction tx, TilePath tile) throws SQLException {
    if (tile.first() + tile.width() > DecisionTree.size(tx)) {
      return Optional.empty();
    }
    long from = DecisionTree.first(tx) + tile.first();
    List<byte[]> entries = new ArrayList<>();
    for (int i = 0; i < tile.width(); i++) {
      entries.add(new byte[0]);
    }
    for (DecisionLog.Entry entry : DecisionLog.between(tx, from, from + tile.width())) {
      entries.set((int) (entry.id() - from), entry.encoded());
    }
    return Optional.of(EntryBundle.encode(entries));
  }
}
