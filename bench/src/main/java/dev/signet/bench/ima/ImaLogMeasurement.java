// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.ima;

import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Result;
import dev.signet.protocol.Digest;
import dev.signet.tpmsim.SimulatedImaLog;
import dev.signet.verifier.ima.ImaAppraiser;
import dev.signet.verifier.ima.ImaLearning;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.verification.Verification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a log of IMA costs the verifier: the whole of it, and what is new, as it grows. */
public final class ImaLogMeasurement implements Measurement {
  private static final int NEW_ENTRIES = 10;

  /** So that what is new takes long enough to be timed. */
  private static final int REPEATED = 1000;

  @Override
  public String name() {
    return "ima";
  }

  @Override
  public String what() {
    return "IMA's log of 1,000 to 100,000 entries: replayed and judged whole, and its newest entries";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    List<Rounds.Contender> contenders = new ArrayList<>();
    for (int entries : new int[] {1000, 10_000, 100_000}) {
      contenders.add(new Rounds.Contender(entries + " entries", new Log(entries)::measure));
    }
    return List.of(
        new Result(
            "ima",
            "IMA's log: milliseconds to replay and judge",
            List.of("whole log, ms", NEW_ENTRIES + " new entries, ms"),
            Rounds.run(effort.rounds(), contenders),
            List.of(),
            List.of("One thread; template ima-ng; every path is in the policy.")));
  }

  /** A log, and the same some entries later. */
  private static final class Log {
    private final byte[] whole;
    private final Digest wholeValue;
    private final byte[] rest;
    private final Digest restValue;
    private final ImaAppraiser policy;

    private Log(int entries) {
      SimulatedImaLog log = new SimulatedImaLog().bootAggregate(List.of());
      for (int i = 1; i < entries; i++) {
        log.file("/usr/lib/x86_64-linux-gnu/package-" + i + "/library-" + i + ".so", "v" + i);
      }
      whole = log.binary();
      wholeValue = log.value();
      for (int i = 0; i < NEW_ENTRIES; i++) {
        log.file("/usr/bin/program-" + i, "v" + i);
      }
      rest = Arrays.copyOfRange(log.binary(), whole.length, log.binary().length);
      restValue = log.value();
      ImaLearning learning = new ImaLearning();
      learning.add(replay(log.binary(), ImaPosition.START, restValue));
      policy = new ImaAppraiser(learning.policy());
    }

    private double[] measure() {
      long start = System.nanoTime();
      ImaPosition read = judged(whole, ImaPosition.START, wholeValue);
      long afterWhole = System.nanoTime();
      for (int i = 0; i < REPEATED; i++) {
        judged(rest, read, restValue);
      }
      long end = System.nanoTime();
      return new double[] {(afterWhole - start) / 1e6, (end - afterWhole) / 1e6 / REPEATED};
    }

    private ImaPosition judged(byte[] piece, ImaPosition from, Digest quoted) {
      ImaReplay replay = replay(piece, from, quoted);
      if (policy.findings(replay, Map.of()).total() != 0) {
        throw new IllegalStateException("the policy was learnt from this log");
      }
      return replay.reached();
    }

    private static ImaReplay replay(byte[] piece, ImaPosition from, Digest quoted) {
      return switch (ImaReplay.towards(piece, from, quoted, false)) {
        case Verification.Authentic<ImaReplay>(ImaReplay replay) -> replay;
        case Verification.Refused<ImaReplay> refused ->
            throw new IllegalStateException(refused.toString());
      };
    }
  }
}
