// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import java.io.IOException;
import java.util.Collection;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs JMH benchmarks, each in a JVM of its own. */
public final class Jmh {
  private Jmh() {}

  /** Options that all have in common. */
  public static ChainedOptionsBuilder options(Class<?> benchmark, String method) {
    return new OptionsBuilder()
        .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
        .forks(1)
        .threads(1)
        .timeout(TimeValue.seconds(60))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT)
        .jvmArgs(
            "-Xms1g",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dcom.amazon.corretto.crypto.provider.registerEdKeyFactory=true");
  }

  /** Runs one benchmark and returns its score in its own unit. */
  public static double score(ChainedOptionsBuilder options) throws IOException {
    return run(options).getPrimaryResult().getScore();
  }

  /** Runs one benchmark and returns what a profiler says of it. */
  public static double secondaryScore(ChainedOptionsBuilder options, String label)
      throws IOException {
    Result<?> result = run(options).getSecondaryResults().get(label);
    if (result == null || !(result.getScore() > 0)) {
      throw new IOException("JMH gave no \"" + label + '"');
    }
    return result.getScore();
  }

  private static RunResult run(ChainedOptionsBuilder options) throws IOException {
    Collection<RunResult> results;
    try {
      results = new Runner(options.build()).run();
    } catch (RunnerException e) {
      throw new IOException("a JMH benchmark failed: " + e.getMessage(), e);
    }
    if (results.size() != 1) {
      throw new IOException("expected one benchmark, JMH ran " + results.size());
    }
    return results.iterator().next();
  }
}
