// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link Work} may do. Parameters: null, String, Integer, Long, Boolean, {@code byte[]},
 * {@link Bytes} (blob), {@link Digest} (its text) and {@link Instant} (milliseconds since 1970).
 */
public final class Transaction {
  private final Statements statements;

  Transaction(Statements statements) {
    this.statements = statements;
  }

  /** Reads one row of a result. */
  @FunctionalInterface
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Runs a statement and gives the number of rows that it changed. */
  public int update(String sql, Object... parameters) throws SQLException {
    return prepared(sql, parameters).executeUpdate();
  }

  /** The first row, if there is one. */
  public <T> Optional<T> one(String sql, RowReader<T> reader, Object... parameters)
      throws SQLException {
    try (ResultSet rows = prepared(sql, parameters).executeQuery()) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  public <T> List<T> list(String sql, RowReader<T> reader, Object... parameters)
      throws SQLException {
    List<T> out = new ArrayList<>();
    try (ResultSet rows = prepared(sql, parameters).executeQuery()) {
      while (rows.next()) {
        out.add(reader.read(rows));
      }
    }
    return out;
  }

  /** The single number that {@code sql} selects. */
  public long number(String sql, Object... parameters) throws SQLException {
    return one(sql, row -> row.getLong(1), parameters)
        .orElseThrow(() -> new SQLException("expected a row from: " + sql));
  }

  private PreparedStatement prepared(String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = statements.prepare(sql);
    for (int i = 0; i < parameters.length; i++) {
      Object p = parameters[i];
      switch (p) {
        case null -> statement.setObject(i + 1, null);
        case String s -> statement.setString(i + 1, s);
        case Integer n -> statement.setInt(i + 1, n);
        case Long n -> statement.setLong(i + 1, n);
        case Boolean b -> statement.setInt(i + 1, b ? 1 : 0);
        case byte[] b -> statement.setBytes(i + 1, b);
        case Bytes b -> statement.setBytes(i + 1, b.toArray());
        case Digest d -> statement.setString(i + 1, d.toString());
        case Instant t -> statement.setLong(i + 1, t.toEpochMilli());
        default -> throw new IllegalArgumentException("no column type for " + p.getClass());
      }
    }
    return statement;
  }
}
