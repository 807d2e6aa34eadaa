// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Numbered SQL files, applied in order, each in one transaction with its number in {@code
 * user_version}. A database from a later program is refused.
 */
final class Migrations {
  private static final List<String> FILES =
      List.of(
          "001-verifier.sql",
          "002-endorsement-keys.sql",
          "003-pending-names.sql",
          "004-floors.sql",
          "005-key-schedule.sql",
          "006-firmware-logs.sql",
          "007-agent-status.sql",
          "008-ima.sql",
          "009-host-alarms.sql",
          "010-platforms.sql",
          "011-decision-tree.sql",
          "012-host-keys-by-host.sql");

  private Migrations() {}

  static void apply(Statements connection) throws SQLException {
    int version;
    try (ResultSet row = connection.prepare("PRAGMA user_version").executeQuery()) {
      version = row.getInt(1);
    }
    if (version > FILES.size()) {
      throw new SQLException(
          "the database has schema "
              + version
              + ", this program knows "
              + FILES.size()
              + "; start the newer program");
    }
    for (int i = version; i < FILES.size(); i++) {
      connection.run("BEGIN IMMEDIATE");
      try {
        for (String statement : read(FILES.get(i)).split(";\\s*\n")) {
          if (!statement.isBlank()) {
            connection.run(statement);
          }
        }
        connection.run("PRAGMA user_version = " + (i + 1));
        connection.run("COMMIT");
      } catch (SQLException e) {
        connection.run("ROLLBACK");
        throw e;
      }
    }
  }

  private static String read(String name) {
    try (InputStream in = Migrations.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the program lacks its " + name, e);
    }
  }
}
