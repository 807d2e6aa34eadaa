// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.quote;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.signet.bench.ProcessorTime;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.VerificationKey;
import dev.signet.tpmsim.SoftwareTpm;
import dev.signet.verifier.tpm.EccPublic;
import dev.signet.verifier.tpm.EcdsaSignature;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.verification.AttestationKey;
import dev.signet.verifier.verification.ForeignQuoteVerifier;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Expected;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Files;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.Verification;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One quote by a P-256 key of ten PCRs, again and again: no answer is remembered. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
public class QuoteBenchmark {
  /** Quotes of one iteration: about half a second of work. */
  static final int BATCH = 5_000;

  private static final byte[] INPUT = "input of one attestation".repeat(10).getBytes();

  private final Files files = QuoteFiles.files();
  private final Expected expected = QuoteFiles.expected();
  private final QuoteVerifier verifier = new QuoteVerifier(AmazonCorrettoCryptoProvider.INSTANCE);
  private QuoteEvidence evidence;
  private AttestationKey key;
  private PcrSelection selection;
  private VerificationKey bareKey;
  private byte[] signed;
  private byte[] signature;
  private long begin;

  @Setup(Level.Trial)
  public void prepare() throws GeneralSecurityException, MalformedTpmStructureException {
    SoftwareTpm tpm = new SoftwareTpm();
    SortedMap<Integer, Digest> pcrs = new TreeMap<>();
    for (int pcr = 0; pcr < 10; pcr++) {
      pcrs.put(pcr, Digest.hash(new byte[] {(byte) pcr}));
    }
    evidence = tpm.quote(INPUT, pcrs);
    selection = PcrSelection.of(List.copyOf(pcrs.keySet()));
    key = authentic(AttestationKey.check(tpm.akPublic(), tpm.parentPublic()));
    EccPublic area = EccPublic.parse(tpm.akPublic().toArray());
    bareKey =
        VerificationKey.of(
            PublicJwk.of(area.x(), area.y()).toPublicKey(),
            SignatureProviders.of(AmazonCorrettoCryptoProvider.INSTANCE));
    signed = evidence.attest().toArray();
    Bytes parsed = EcdsaSignature.parse(evidence.signature().toArray());
    signature = parsed.toArray();
  }

  @Setup(Level.Iteration)
  public void start() {
    begin = ProcessorTime.begin();
  }

  @TearDown(Level.Iteration)
  public void stop() {
    ProcessorTime.end(begin);
  }

  /** The signature check and nothing else. */
  @Benchmark
  public boolean bare() {
    if (!bareKey.verify(signed, signature)) {
      throw new IllegalStateException("a good signature was refused");
    }
    return true;
  }

  /** As the verifier service checks the quote of an attestation. */
  @Benchmark
  public Object quote() {
    return authentic(verifier.verify(evidence, key, INPUT, selection));
  }

  /** As {@code signet check quote} checks the files of tpm2-tools, the key's file included. */
  @Benchmark
  public Object files() {
    ForeignQuoteVerifier.Result result = ForeignQuoteVerifier.verify(files, expected);
    if (!(result instanceof ForeignQuoteVerifier.Result.Verified)) {
      throw new IllegalStateException("a good quote was refused: " + result);
    }
    return result;
  }

  private static <T> T authentic(Verification<T> verification) {
    return switch (verification) {
      case Verification.Authentic<T>(T value) -> value;
      case Verification.Refused<T> refused -> throw new IllegalStateException(refused.toString());
    };
  }
}
