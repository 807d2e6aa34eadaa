// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.library;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.signet.bench.ProcessorTime;
import dev.signet.bench.requests.AttestedAgent;
import dev.signet.bench.requests.RequestMaker;
import dev.signet.bench.requests.SampleRequest;
import dev.signet.relyingparty.ReplayGuard;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.relyingparty.RequestBody;
import dev.signet.relyingparty.RequestDecision;
import dev.signet.relyingparty.RequestVerifier;
import dev.signet.relyingparty.TrustState;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Each invocation is one request that was never seen before: they are signed before each iteration,
 * which therefore has a fixed number of them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
public class VerificationBenchmark {
  /** Requests of one iteration: about half a second of work. */
  static final int BATCH = 10_000;

  private static final String AUTHORITY = "tools.example";

  /** How many bytes the body has. */
  @Param("200")
  public int bodyBytes;

  private final SecureRandom random = new SecureRandom();
  private final SampleRequest[] requests = new SampleRequest[BATCH];
  private final byte[][] bases = new byte[BATCH][];
  private final byte[][] signatures = new byte[BATCH][];
  private final RequestVerifier verifier = new RequestVerifier(Set.of(AUTHORITY), "https");
  private VerificationKey key;
  private RequestMaker maker;
  private TrustState trust;
  private ReplayGuard replays;
  private int next;
  private long begin;

  @Setup(Level.Trial)
  public void prepare() throws GeneralSecurityException {
    SignatureProviders accp = SignatureProviders.of(AmazonCorrettoCryptoProvider.INSTANCE);
    AttestedAgent agent = AttestedAgent.create(accp, random, Instant.now());
    key = VerificationKey.of(agent.requestKey(), accp);
    trust = agent.trust();
    replays = ReplayMemory.onFirstStart(4_000_000, Instant.now());
    RawSigner recording =
        base -> {
          byte[] signature = agent.signer().sign(base);
          bases[next] = base;
          signatures[next] = signature;
          return signature;
        };
    maker = new RequestMaker(agent.token(), agent.keyThumbprint(), recording, random);
  }

  @Setup(Level.Iteration)
  public void sign() throws IOException {
    byte[] body = "x".repeat(bodyBytes).getBytes(StandardCharsets.US_ASCII);
    Instant now = Instant.now();
    for (next = 0; next < BATCH; next++) {
      requests[next] = maker.post("https", AUTHORITY, body, now);
    }
    next = 0;
    begin = ProcessorTime.begin();
  }

  @TearDown(Level.Iteration)
  public void stop() {
    ProcessorTime.end(begin);
  }

  /** The signature check and nothing else, over the same bytes. */
  @Benchmark
  public boolean bare() {
    int i = next++;
    if (!key.verify(bases[i], signatures[i])) {
      throw new IllegalStateException("a good signature was refused");
    }
    return true;
  }

  /** Everything that a service has done for it before it acts on a request. */
  @Benchmark
  public RequestDecision complete() {
    SampleRequest request = requests[next++];
    RequestDecision decision =
        verifier.verify(
            request, new RequestBody.Complete(request.body()), trust, Instant.now(), replays);
    if (!(decision instanceof RequestDecision.Accepted)) {
      throw new IllegalStateException("a good request was refused: " + decision);
    }
    return decision;
  }
}
