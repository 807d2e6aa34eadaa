// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How the log of a launch is kept.
 *
 * @param directory of all launches' logs: made if it is not there, for its owner only
 * @param bodies which bodies are recorded; none if empty
 * @param bounds what is bounded
 */
public record LogSettings(Path directory, Optional<RecordedBodies> bodies, Bounds bounds) {
  /**
   * Everything that is bounded in a log.
   *
   * @param fileBytes after which the next file is begun
   * @param files of one launch; the oldest is removed for the next one
   * @param launches that have ended and are kept
   * @param totalBytes of all launches; the oldest that have ended are removed when one begins
   * @param queue lines that wait to be written
   * @param bodyBytes of bodies that wait to be written, or are still passing
   * @param gather for how long lines are gathered before they are written together
   * @param sync at least how often what was written is forced onto the disk
   * @param retry how long after a failure the disk is tried again
   */
  public record Bounds(
      long fileBytes,
      int files,
      int launches,
      long totalBytes,
      int queue,
      long bodyBytes,
      Duration gather,
      Duration sync,
      Duration retry) {
    public Bounds {
      if (fileBytes < 1024 || files < 2 || launches < 0 || queue < 1 || bodyBytes < 0) {
        throw new IllegalArgumentException("a bound of the exchange log is too small");
      }
    }

    /** 8 files of 16 MiB a launch, 64 launches, 1 GiB in all; a second between syncs. */
    public static Bounds standard() {
      return new Bounds(
          16L * 1024 * 1024,
          8,
          64,
          1024L * 1024 * 1024,
          16 * 1024,
          32L * 1024 * 1024,
          Duration.ofMillis(10),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1));
    }
  }

  public LogSettings {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(bodies, "bodies");
    Objects.requireNonNull(bounds, "bounds");
  }

  /** The logs' directory in a host's state directory. */
  public static Path in(Path state) {
    return state.resolve("traffic");
  }
}
