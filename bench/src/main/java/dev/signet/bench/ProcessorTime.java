// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Hands the processor time of a benchmark's one thread to JMH, which itself knows the time on the
 * wall only. On a shared machine the one is steady within a few percent where the other doubles.
 */
public final class ProcessorTime implements InternalProfiler {
  /** Under which JMH lists it. */
  public static final String LABEL = "processor time";

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Written by the benchmark's thread before JMH asks for it: the iteration ends in between. */
  private static volatile long nanos;

  /** Called by the benchmark when its preparations are done. */
  public static long begin() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Called by the benchmark, on the same thread, when its work is done. */
  public static void end(long begin) {
    nanos = THREADS.getCurrentThreadCpuTime() - begin;
  }

  @Override
  public String getDescription() {
    return LABEL;
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    return List.of(new ScalarResult(LABEL, nanos, "ns", AggregationPolicy.AVG));
  }
}
