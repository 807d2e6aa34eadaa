// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Sample;
import dev.signet.verifier.Vectors;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.PcrSelection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Structures that libtpms made for tpm2-tools, and that no code of ours has touched. */
class RealTpmVectorsTest {
  private static final Digest REGISTER =
      Digest.parseHex("31b99a9f5e05fd1580aeb426ab783a6d47337896d597d012aa7ccfafa7c6a6c2");

  private final AttestationKey ak =
      authentic(
          AttestationKey.check(
              Vectors.hex("swtpm/ak.public.hex"), Vectors.hex("swtpm/ak-parent.public.hex")));

  private Verification<VerifiedQuote> verify(String name, PcrSelection expected) {
    List<QuoteEvidence.PcrValue> values =
        expected.indexes().stream()
            .map(pcr -> new QuoteEvidence.PcrValue(pcr, pcr == 15 ? REGISTER : Sample.ZERO))
            .toList();
    QuoteEvidence evidence =
        new QuoteEvidence(
            Vectors.hex("swtpm/" + name + ".attest.hex"),
            Vectors.hex("swtpm/" + name + ".sig.hex"),
            values);
    return new QuoteVerifier(Sample.PROVIDER)
        .verify(evidence, ak, Vectors.bytes("swtpm/input.bin"), expected);
  }

  @Test
  void quoteAndLaunchLogAreAuthentic() {
    VerifiedQuote quote = authentic(verify("quote", PcrSelection.of(List.of(0, 7, 10, 15))));
    assertThat(quote.clockInfo()).isEqualTo(new ClockInfo(57_496, 2, 0, true));
    VerifiedLaunchLog log =
        authentic(
            VerifiedLaunchLog.replay(
                Bytes.of(Vectors.bytes("swtpm/launch-log.jsonl")),
                quote,
                15,
                BaselineRule.zeros()));
    assertThat(log.live(new AgentId("spiffe://example.org/agent/billing"))).isPresent();
  }

  @Test
  void attack11QuoteOfFewerPcrs() {
    authentic(verify("quote-two-pcrs", PcrSelection.of(List.of(0, 7))));
    refused(
        verify("quote-two-pcrs", PcrSelection.of(List.of(0, 7, 10, 15))),
        Refusal.WRONG_PCRS,
        "expected a quote of sha256:[0, 7, 10, 15], got [000b:810000]");
  }

  @Test
  void attack09SignedTimeAndCertificationAreNotQuotes() {
    PcrSelection asked = PcrSelection.of(List.of(0, 7, 10, 15));
    refused(verify("time", asked), Refusal.BAD_QUOTE, "type 8018");
    refused(verify("certify", asked), Refusal.BAD_QUOTE, "type 8018");
  }
}
