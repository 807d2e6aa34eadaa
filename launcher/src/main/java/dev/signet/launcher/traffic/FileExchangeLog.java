// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.launcher.traffic.ExchangeRecord.Kind;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchange log of one launch in files. Exchanges never wait for it: what the disk does not take
 * in time is counted, warned of, and stands in the log as a {@link LogGap} as soon as it can be
 * written again.
 */
public final class FileExchangeLog implements ExchangeLog {
  private static final Logger LOG = LoggerFactory.getLogger(FileExchangeLog.class);
  private static final int BATCH = 1024;
  private static final int BATCH_BYTES = 1024 * 1024;
  private static final long PATIENCE_SECONDS = 10;

  private final LaunchLogs.Own directory;
  private final LogWriter writer;
  private final LogSettings.Bounds bounds;
  private final LaunchId launch;
  private final AgentId agent;
  private final Clock clock;
  private final BodyRecording bodies;
  private final Consumer<String> warnings;
  private final BlockingQueue<ExchangeDraft> queue;
  private final AtomicLong overflowed = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final Strangers strangers;

  // Of the writing thread.
  private long next = 1;
  private long lost;
  private LogGap.Reason lostBecause;
  private boolean failing;
  private long retryAt;
  private long synced = System.nanoTime();

  private FileExchangeLog(
      LaunchLogs.Own directory,
      LogWriter writer,
      LogSettings settings,
      LaunchId launch,
      AgentId agent,
      Clock clock,
      SecureRandom random,
      Consumer<String> warnings) {
    this.directory = directory;
    this.writer = writer;
    this.bounds = settings.bounds();
    this.launch = launch;
    this.agent = agent;
    this.clock = clock;
    this.warnings = warnings;
    this.bodies = new BodyRecording(settings.bodies(), bounds.bodyBytes(), random);
    this.queue = new ArrayBlockingQueue<>(bounds.queue());
    this.strangers = new Strangers();
    this.thread = Thread.ofPlatform().daemon().name("exchange-log").unstarted(this::run);
  }

  /**
   * Begins the log of a launch, and removes old ones that are over the bounds.
   *
   * @param clock whose times stand in the log
   * @param warnings told when lines are lost, and when the log can be written again
   * @throws IOException if it cannot be written
   */
  public static FileExchangeLog open(
      LogSettings settings,
      LaunchId launch,
      AgentId agent,
      Clock clock,
      SecureRandom random,
      Consumer<String> warnings)
      throws IOException {
    LaunchLogs.Own own = LaunchLogs.create(settings.directory(), launch.value(), clock.instant());
    LaunchLogs.prune(settings.directory(), settings.bounds());
    FileExchangeLog log =
        new FileExchangeLog(
            own,
            new LogWriter(own.path(), settings.bounds()),
            settings,
            launch,
            agent,
            clock,
            random,
            warnings);
    log.thread.start();
    return log;
  }

  @Override
  public ExchangeDraft begin(Kind kind) {
    return new ExchangeDraft(kind, clock.instant(), System::nanoTime, bodies, this::ended);
  }

  /** On the proxy's threads: no more than a place in a queue. */
  private void ended(ExchangeDraft draft) {
    if (draft.isOfStranger() && !strangers.worthALine(System.nanoTime())) {
      return;
    }
    if (!queue.offer(draft)) {
      draft.discardBodies();
      overflowed.incrementAndGet();
    }
  }

  private void run() {
    List<ExchangeDraft> batch = new ArrayList<>();
    try {
      boolean open = true;
      while (open) {
        // Asked before the queue: what was put in before closing is written.
        open = closing.getCount() > 0;
        ExchangeDraft first =
            queue.poll(open ? bounds.sync().toMillis() : 0, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          // One write, and one wake-up of this thread, for many lines.
          open &= !closing.await(bounds.gather().toMillis(), TimeUnit.MILLISECONDS);
          queue.drainTo(batch, BATCH - 1);
          open |= !queue.isEmpty();
        }
        write(batch);
        batch.clear();
        syncIfDue();
      }
    } catch (InterruptedException e) {
      LOG.warn("the exchange log was interrupted");
    } finally {
      finish();
    }
  }

  private void write(List<ExchangeDraft> batch) {
    missed(overflowed.getAndSet(0), LogGap.Reason.QUEUE_FULL);
    missed(strangers.takeUncounted(), LogGap.Reason.STRANGERS);
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    long counted = 0;
    for (ExchangeDraft draft : batch) {
      if (failing && System.nanoTime() - retryAt < 0) {
        draft.discardBodies();
        missed(1, LogGap.Reason.DISK);
        continue;
      }
      if (counted == 0) {
        announceGap(lines);
      }
      try {
        append(lines, draft.record(launch, agent, next + counted));
        counted++;
      } catch (IllegalArgumentException e) { // one exchange that fits no line must not end the log
        LOG.error("an exchange could not be put into a line", e);
        flush(lines, counted);
        counted = 0;
        missed(1, LogGap.Reason.FAULT);
      }
      if (lines.size() > BATCH_BYTES) {
        flush(lines, counted);
        counted = 0;
      }
    }
    if (counted == 0 && lost > 0 && !(failing && System.nanoTime() - retryAt < 0)) {
      announceGap(lines);
    }
    flush(lines, counted);
  }

  private void missed(long count, LogGap.Reason why) {
    if (count > 0 && lost == 0) {
      lostBecause = why;
      if (why != LogGap.Reason.STRANGERS) {
        warnings.accept(
            "the exchange log does not keep up ("
                + why
                + "): exchanges go on, and those that are missing will be counted in it");
      }
    }
    lost += count;
  }

  private void announceGap(ByteArrayOutputStream lines) {
    if (lost > 0) {
      append(
          lines,
          new LogGap(
              TrafficLine.VERSION,
              launch,
              agent,
              next,
              LineTime.format(clock.instant()),
              lost,
              lostBecause));
      next += lost;
    }
  }

  private static void append(ByteArrayOutputStream lines, TrafficLine line) {
    lines.writeBytes(line.encode());
    lines.write('\n');
  }

  /**
   * @param counted exchanges among the lines; a gap before them is of the number {@code next}
   */
  private void flush(ByteArrayOutputStream lines, long counted) {
    if (lines.size() == 0) {
      return;
    }
    try {
      writer.write(ByteBuffer.wrap(lines.toByteArray()));
      next += counted;
      if (lost > 0 && lostBecause != LogGap.Reason.STRANGERS) {
        warnings.accept("the exchange log is written again; " + lost + " exchanges are missing");
      }
      lost = 0;
      failing = false;
    } catch (IOException e) {
      next -= lost; // the gap was not written either
      failing = true;
      retryAt = System.nanoTime() + bounds.retry().toNanos();
      LOG.debug("the exchange log cannot be written", e);
      missed(counted, LogGap.Reason.DISK);
    } finally {
      lines.reset();
    }
  }

  private void syncIfDue() {
    if (writer.dirty() && System.nanoTime() - synced > bounds.sync().toNanos()) {
      try {
        writer.sync();
      } catch (IOException e) {
        warnings.accept("the exchange log could not be forced onto the disk: " + e.getMessage());
      }
      synced = System.nanoTime();
    }
  }

  private void finish() {
    if (closing.getCount() > 0) {
      warnings.accept("the exchange log ended by a fault; no exchange is noted from now on");
    }
    if (lost > 0) {
      failing = false; // the last attempt
      write(List.of());
    }
    if (lost > 0) {
      warnings.accept("the exchange log could not be written: " + lost + " exchanges are missing");
    }
    try (var _ = directory.lock()) {
      writer.close();
      if (next == 1 && lost == 0) { // launches that are refused over and over keep no place
        LaunchLogs.remove(directory.path());
      }
    } catch (IOException e) {
      warnings.accept("the exchange log could not be closed: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      if (!thread.join(java.time.Duration.ofSeconds(PATIENCE_SECONDS))) {
        warnings.accept(
            "the exchange log was not written within "
                + PATIENCE_SECONDS
                + " s; its last lines are missing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
