// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.crypto;

import dev.signet.bench.ProcessorTime;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.VerificationKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Bare signatures over 32 bytes, as {@code openssl speed} makes them, with a prepared key. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
public class SignatureBenchmark {
  /** Operations of one iteration: from a tenth of a second to some seconds, by provider. */
  static final int BATCH = 5_000;

  @Param public CryptoProvider provider;
  @Param public CurveAlgorithm algorithm;

  private final byte[] message = new byte[32];
  private RawSigner signer;
  private VerificationKey key;
  private byte[] signature;
  private long begin;

  @Setup
  public void prepare() throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.keyName());
    if (algorithm == CurveAlgorithm.P256) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    }
    KeyPair pair = generator.generateKeyPair();
    signer = provider.providers().signer(pair.getPrivate());
    key = VerificationKey.of(pair.getPublic(), provider.providers());
    signature = signer.sign(message);
    if (!key.verify(message, signature)) {
      throw new GeneralSecurityException(provider + " refuses its own signature");
    }
  }

  @Setup(Level.Iteration)
  public void start() {
    begin = ProcessorTime.begin();
  }

  @TearDown(Level.Iteration)
  public void stop() {
    ProcessorTime.end(begin);
  }

  @Benchmark
  public boolean verify() {
    return key.verify(message, signature);
  }

  @Benchmark
  public byte[] sign() throws IOException {
    return signer.sign(message);
  }
}
