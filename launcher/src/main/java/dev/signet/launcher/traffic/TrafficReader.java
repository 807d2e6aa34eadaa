// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Reads the exchange logs of a host, also while launchers write them. For one thread. */
public final class TrafficReader implements Closeable {
  private final Path directory;
  private final Faults faults;
  private final Map<Path, LaunchCursor> cursors = new HashMap<>();

  /** Who is told of lines that are not what was written. */
  @FunctionalInterface
  public interface Faults {
    void found(Path file, String what);
  }

  /** Who takes the lines. */
  @FunctionalInterface
  public interface Lines {
    /**
     * @return whether more are wanted
     */
    boolean take(TrafficLine line) throws IOException;
  }

  private record Next(TrafficLine line, LaunchCursor of) {}

  /**
   * @param directory {@link LogSettings#in}; one that is not there has no lines
   */
  public TrafficReader(Path directory, Faults faults) {
    this.directory = directory;
    this.faults = faults;
  }

  /**
   * Tells every line that was not told before, of all launches by the time of their ends.
   *
   * @return whether more are wanted
   */
  public boolean read(Lines lines) throws IOException {
    Set<Path> there = new HashSet<>(LaunchLogs.launches(directory));
    for (Path gone : cursors.keySet().stream().filter(p -> !there.contains(p)).toList()) {
      cursors.remove(gone).close();
    }
    PriorityQueue<Next> merged =
        new PriorityQueue<>(Comparator.comparing((Next next) -> next.line().ended()));
    for (Path launch : there) {
      add(merged, cursors.computeIfAbsent(launch, path -> new LaunchCursor(path, faults)));
    }
    while (!merged.isEmpty()) {
      LaunchCursor cursor = merged.remove().of();
      if (!lines.take(cursor.next())) {
        return false;
      }
      add(merged, cursor);
    }
    return true;
  }

  private static void add(PriorityQueue<Next> merged, LaunchCursor cursor) throws IOException {
    TrafficLine line = cursor.peek();
    if (line != null) {
      merged.add(new Next(line, cursor));
    }
  }

  @Override
  public void close() throws IOException {
    for (LaunchCursor cursor : cursors.values()) {
      cursor.close();
    }
  }
}
