// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProvenKeyTest {
  private final Sample sample = new Sample();
  private final VerifiedQuote quote = sample.quote(Sample.INPUT, Sample.pcrs(sample.start()));

  private Verification<ProvenKey> verify(Bytes proof) {
    return ProvenKey.verify(sample.requestKey, quote, Sample.INPUT, proof, Sample.PROVIDER);
  }

  @Test
  void acceptsSignatureOverTheSameInput() {
    Bytes proof = Bytes.of(SoftwareTpm.sign(sample.requestKeyPair, Sample.INPUT));
    assertThat(authentic(verify(proof)).key()).isEqualTo(sample.requestKey);
  }

  @Test
  void attack61EvidenceWithAnothersKey() {
    byte[] theirs = SoftwareTpm.sign(SoftwareTpm.p256(), Sample.INPUT);
    byte[] otherInput =
        SoftwareTpm.sign(sample.requestKeyPair, "other".getBytes(StandardCharsets.UTF_8));
    for (byte[] proof : new byte[][] {theirs, otherInput, new byte[64], new byte[0]}) {
      refused(verify(Bytes.of(proof)), Refusal.BAD_PROOF_OF_POSSESSION, "signature by key");
    }
  }

  @Test
  void inputThatTheQuoteDoesNotBindIsAWrongCall() {
    byte[] other = "other".getBytes(StandardCharsets.UTF_8);
    Bytes proof = Bytes.of(SoftwareTpm.sign(sample.requestKeyPair, other));
    assertThatThrownBy(
            () -> ProvenKey.verify(sample.requestKey, quote, other, proof, Sample.PROVIDER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manySignaturesVerifyWhateverTheirLeadingBytes() {
    // Short r and s exercise the DER form's sign byte and stripped zeros.
    for (int i = 0; i < 600; i++) {
      byte[] message = {(byte) i, (byte) (i >> 8)};
      Bytes proof = Bytes.of(SoftwareTpm.sign(sample.requestKeyPair, message));
      assertThat(EcdsaP256.verifies(sample.requestKey, message, proof, Sample.PROVIDER)).isTrue();
    }
  }
}
