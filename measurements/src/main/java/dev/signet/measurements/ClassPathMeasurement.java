// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.protocol.ClassPathEntry;
import dev.signet.protocol.Digest;
import java.nio.file.Path;
import java.util.List;

/** What became of measuring what stands on a class path after the agent's JAR. */
public sealed interface ClassPathMeasurement {

  /**
   * The class path's measurement: {@link ClassPathEntry#digest} of its files in their order, so
   * that a file more, less, changed, renamed or elsewhere in the order is another class path.
   */
  record Measured(List<ClassPathEntry> entries) implements ClassPathMeasurement {
    public Measured {
      entries = List.copyOf(entries);
      ClassPathEntry.digest(entries); // as many as there may be
    }

    public Digest digest() {
      return ClassPathEntry.digest(entries);
    }

    /** Bytes of all files. */
    public long size() {
      return ClassPathEntry.size(entries);
    }
  }

  /**
   * One of the files may not stand on a class path.
   *
   * @param detail what was expected, what came and what to do
   */
  record Refused(Path file, JarMeasurement.Reason reason, String detail)
      implements ClassPathMeasurement {}
}
