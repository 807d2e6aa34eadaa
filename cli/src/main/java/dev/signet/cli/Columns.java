// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells, told with each column as wide as its widest cell. */
final class Columns {
  private final List<List<String>> lines = new ArrayList<>();

  Columns(String... heads) {
    lines.add(List.of(heads));
  }

  void add(String... cells) {
    if (cells.length != lines.getFirst().size()) {
      throw new IllegalArgumentException("expected as many cells as heads, got " + cells.length);
    }
    lines.add(List.of(cells));
  }

  void say(Invocation to) {
    int[] widths = new int[lines.getFirst().size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        text.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
      }
      to.say(text.toString().stripTrailing());
    }
  }
}
