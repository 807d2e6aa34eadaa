// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.util.List;

/**
 * What was measured side by side in one run. The first row is what the others are compared with.
 *
 * @param benchmark the name that {@code signet bench} knows it by
 * @param columns figures and their units, such as {@code requests/s}
 * @param notes what a reader must know to take the figures for what they are
 */
public record Result(
    String benchmark,
    String title,
    List<String> columns,
    List<Row> rows,
    List<Floor> floors,
    List<String> notes) {
  public Result {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    floors = List.copyOf(floors);
    notes = List.copyOf(notes);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("expected at least one row in " + title);
    }
    for (Row row : rows) {
      if (row.samples().size() != columns.size()) {
        throw new IllegalArgumentException(
            "expected " + columns.size() + " figures in the row " + row.name());
      }
    }
  }

  public Row reference() {
    return rows.getFirst();
  }
}
