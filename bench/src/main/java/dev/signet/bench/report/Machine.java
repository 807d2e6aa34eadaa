// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where a run took place.
 *
 * @param loadAverage runnable processes over the last minute, before the run; negative if unknown
 */
public record Machine(String processor, int cores, String kernel, String java, double loadAverage) {
  public static Machine here() throws IOException {
    return new Machine(
        processorIn(Files.readString(Path.of("/proc/cpuinfo"))),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + ' ' + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + ' ' + System.getProperty("java.vm.version"),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  static String processorIn(String cpuinfo) {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown processor");
  }

  /** Whether somebody else was at work, so that the ratios hold less. */
  public boolean busy() {
    return loadAverage >= 0.5;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %s, %s; load average before the run %.2f%s",
        processor,
        cores,
        kernel,
        java,
        loadAverage,
        busy() ? " (the machine was not quiet)" : "");
  }
}
