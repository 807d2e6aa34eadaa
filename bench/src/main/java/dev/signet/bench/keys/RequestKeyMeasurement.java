// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.keys;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.ResidentKey;
import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmAddress;
import dev.signet.bench.Directories;
import dev.signet.bench.Effort;
import dev.signet.bench.Measurement;
import dev.signet.bench.Rounds;
import dev.signet.bench.report.Floor;
import dev.signet.bench.report.Result;
import dev.signet.bench.report.Row;
import dev.signet.bench.requests.AttestedAgent;
import dev.signet.launcher.SigningQueue;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.SlowTpm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What a request's signature costs, by where the request key is. */
public final class RequestKeyMeasurement implements Measurement {
  private static final Duration CHIP = Duration.ofMillis(50);
  private static final int CALLERS = 16;

  /** About as long as the signature base of a request with a body. */
  private static final int BASE_BYTES = 600;

  @Override
  public String name() {
    return "keys";
  }

  @Override
  public String what() {
    return "a request's signature by keys in memory, in a TPM, and in a chip that takes 50 ms";
  }

  @Override
  public List<Result> run(Effort effort) throws IOException, InterruptedException {
    SecureRandom random = new SecureRandom();
    Path directory = Files.createTempDirectory("signet-bench-");
    AttestedAgent agent = AttestedAgent.create(SignatureProviders.detect(), random, Instant.now());
    try (SimulatedTpm fast = SimulatedTpm.in(directory.resolve("fast"));
        SimulatedTpm behind = SimulatedTpm.in(directory.resolve("slow"))) {
      fast.start();
      behind.start();
      try (SlowTpm slow = new SlowTpm(behind, CHIP);
          Resident resident = new Resident(fast.address(), directory.resolve("a"), random);
          Resident chip = new Resident(slow.address(), directory.resolve("b"), random)) {
        List<Row> rows =
            Rounds.run(
                effort.rounds(),
                List.of(
                    contender("in memory (sealed, lease)", agent.signer(), effort),
                    contender("resident, swtpm", resident.queue, effort),
                    contender("resident, chip of 50 ms", chip.queue, effort)));
        double ideal = 1000.0 / CHIP.toMillis();
        return List.of(
            new Result(
                "keys",
                "Signatures of requests, by where the key is",
                List.of("one caller, signatures/s", CALLERS + " callers, signatures/s"),
                rows,
                List.of(
                    Floor.atLeast(
                        0.9,
                        "a slow chip's pace is used: signatures of "
                            + CALLERS
                            + " callers / "
                            + "what a chip of 50 ms can do",
                        rows.getLast().samples().getLast().median() / ideal)),
                List.of(
                    "Signatures over " + BASE_BYTES + " bytes, each waited for.",
                    "The resident keys sign behind the launcher's queue. The chip is swtpm with a"
                        + " pause of 50 ms before each signature.")));
      }
    } finally {
      Directories.delete(directory);
    }
  }

  private static Rounds.Contender contender(String name, RawSigner signer, Effort effort) {
    return new Rounds.Contender(
        name,
        () ->
            new double[] {
              signaturesPerSecond(signer, 1, effort.window()),
              signaturesPerSecond(signer, CALLERS, effort.window())
            });
  }

  private static double signaturesPerSecond(RawSigner signer, int callers, Duration window)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    long end = start + window.toNanos();
    int made = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        counts.add(threads.submit(() -> signUntil(end, signer)));
      }
      for (Future<Integer> count : counts) {
        made += count.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("a request was not signed", e.getCause());
    }
    return made / ((System.nanoTime() - start) / 1e9);
  }

  private static int signUntil(long end, RawSigner signer) throws IOException {
    byte[] base = new byte[BASE_BYTES];
    int made = 0;
    while (System.nanoTime() < end) {
      signer.sign(base);
      made++;
    }
    return made;
  }

  /** A key that a TPM made and never gives away, and the launcher's queue before it. */
  private static final class Resident implements AutoCloseable {
    private final Tpm tpm;
    private final ResidentKey key;
    private final SigningQueue queue;

    private Resident(String address, Path state, SecureRandom random) throws IOException {
      tpm = Tpm.open(TpmAddress.parse(address), random);
      if (!(Provisioning.provision(tpm, state)
          instanceof Provisioning.Outcome.Provisioned(Attestor attestor, boolean changed))) {
        throw new IOException("the simulated TPM could not be provisioned");
      }
      key = attestor.createResidentKey();
      key.sign(new byte[1]); // as an attestation does: the queue learns its pace
      queue = SigningQueue.before(key);
    }

    @Override
    public void close() throws IOException {
      queue.close();
      key.close();
      tpm.close();
    }
  }
}
