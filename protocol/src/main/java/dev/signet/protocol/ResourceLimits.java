// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What an agent's process may use at most; null where nothing is said.
 *
 * @param memoryBytes of resident memory
 * @param pids processes and threads
 * @param cpuMillis thousandths of a processor
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ResourceLimits(Long memoryBytes, Long pids, Long cpuMillis) {
  public ResourceLimits {
    if (memoryBytes == null && pids == null && cpuMillis == null) {
      throw new IllegalArgumentException("limits: expected memoryBytes, pids or cpuMillis");
    }
    positive(memoryBytes, "memoryBytes");
    positive(pids, "pids");
    positive(cpuMillis, "cpuMillis");
  }

  private static void positive(Long value, String name) {
    if (value != null && value <= 0) {
      throw new IllegalArgumentException(name + ": expected 1 or more, got " + value);
    }
  }
}
