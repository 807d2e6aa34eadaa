// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.PcrSelection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuoteVerifierTest {
  private static final PcrSelection ASKED = PcrSelection.of(List.of(4, 7, 10, 15));

  private final Sample sample = new Sample();
  private final SoftwareTpm.Quote quote =
      sample.tpm.quote(Sample.INPUT, Sample.pcrs(sample.start()));

  private Verification<VerifiedQuote> verify(QuoteEvidence evidence) {
    return new QuoteVerifier(Sample.PROVIDER).verify(evidence, sample.ak, Sample.INPUT, ASKED);
  }

  private void refuses(Refusal reason, String detail) {
    refused(verify(quote.evidence()), reason, detail);
  }

  @Test
  void givesWhatTheTpmSigned() {
    VerifiedQuote verified = authentic(verify(quote.evidence()));
    assertThat(verified.pcrs()).isEqualTo(Sample.pcrs(sample.start()));
    assertThat(verified.clockInfo()).isEqualTo(new ClockInfo(1_000_000, 7, 2, true));
    assertThat(verified.firmwareVersion()).isEqualTo(0x2019102300163636L);
    assertThat(verified.akName()).isEqualTo(sample.ak.name());
    assertThat(verified.selection()).isEqualTo(ASKED);
    assertThat(verified.binds(Sample.INPUT)).isTrue();
    assertThat(verified.binds(new byte[1])).isFalse();
    assertThatThrownBy(() -> verified.pcrs().put(0, Sample.ZERO))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void anotherProviderSaysTheSame() {
    QuoteVerifier other = new QuoteVerifier(new BouncyCastleProvider());
    authentic(other.verify(quote.evidence(), sample.ak, Sample.INPUT, ASKED));
    Bytes attest = quote.attest();
    QuoteEvidence forged =
        quote.with(attest, SoftwareTpm.tpmtSignature(sample.tpm.sign(Sample.INPUT)));
    refused(other.verify(forged, sample.ak, Sample.INPUT, ASKED), Refusal.BAD_QUOTE, "signature");
  }

  @Test
  void attack01ReplayedQuote() {
    byte[] old = EvidenceInput.of(Purpose.ATTEST, nonce(1), "https://v", sample.ak.name());
    byte[] fresh = EvidenceInput.of(Purpose.ATTEST, nonce(2), "https://v", sample.ak.name());
    QuoteEvidence replayed = sample.tpm.quote(old, Sample.pcrs(sample.start())).evidence();
    QuoteVerifier verifier = new QuoteVerifier(Sample.PROVIDER);
    authentic(verifier.verify(replayed, sample.ak, old, ASKED));
    refused(verifier.verify(replayed, sample.ak, fresh, ASKED), Refusal.WRONG_NONCE, "extraData");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "0000000000000000000000000000000000000000000000000000000000"})
  void attack03EmptyOrShortNonce(String extraData) {
    quote.extraData = Bytes.fromHex(extraData);
    refuses(Refusal.WRONG_NONCE, "extraData");
    assertThatThrownBy(
            () ->
                new QuoteVerifier(Sample.PROVIDER)
                    .verify(quote.evidence(), sample.ak, new byte[0], ASKED))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void attack03PaddedExtraDataIsNotEqual() {
    quote.extraData = Bytes.fromHex(quote.extraData.toHex() + "00");
    refuses(Refusal.WRONG_NONCE, "extraData");
    quote.extraData = Bytes.fromHex(quote.extraData.toHex().substring(0, 62));
    refuses(Refusal.WRONG_NONCE, "extraData");
  }

  @Test
  void attack04NonceAloneIsNotBound() {
    quote.extraData = nonce(1);
    refuses(Refusal.WRONG_NONCE, "extraData");
  }

  @Test
  void attack60NonceRelayedBetweenVerifiersOrPurposes() {
    byte[] asked = EvidenceInput.of(Purpose.ATTEST, nonce(1), "https://v", sample.ak.name());
    QuoteVerifier verifier = new QuoteVerifier(Sample.PROVIDER);
    for (byte[] relayed :
        List.of(
            EvidenceInput.of(Purpose.ATTEST, nonce(1), "https://staging", sample.ak.name()),
            EvidenceInput.of(Purpose.RELEASE, nonce(1), "https://v", sample.ak.name()),
            EvidenceInput.of(Purpose.ENROL, nonce(1), "https://v", sample.ak.name()))) {
      QuoteEvidence evidence = sample.tpm.quote(relayed, Sample.pcrs(sample.start())).evidence();
      refused(verifier.verify(evidence, sample.ak, asked, ASKED), Refusal.WRONG_NONCE, "extraData");
    }
  }

  @Test
  void attack06QuoteByAnotherAk() {
    SoftwareTpm other = new SoftwareTpm();
    SoftwareTpm.Quote theirs = other.quote(Sample.INPUT, Sample.pcrs(sample.start()));
    refused(verify(theirs.evidence()), Refusal.BAD_QUOTE, "signature");
    theirs.qualifiedSigner = sample.ak.qualifiedName();
    refused(verify(theirs.evidence()), Refusal.BAD_QUOTE, "signature");
  }

  @Test
  void attack08MissingMagic() {
    quote.magic = 0;
    refuses(Refusal.BAD_QUOTE, "magic");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x8014, 0x8017, 0x8019, 0x801C})
  void attack09AttestTypeConfusion(int type) {
    quote.type = type;
    refuses(Refusal.BAD_QUOTE, "type");
  }

  @Test
  void attack10UnsignedPcrList() {
    Map<Integer, Digest> values = Sample.pcrs(sample.start());
    quote.values = new TreeMap<>(values);
    quote.values.remove(10);
    quote.values.put(5, values.get(10));
    refuses(Refusal.WRONG_PCRS, "expected values");
    // The same values under exchanged labels.
    quote.values = new TreeMap<>(values);
    quote.values.put(4, values.get(7));
    quote.values.put(7, values.get(4));
    refuses(Refusal.WRONG_PCRS, "pcrDigest");
    quote.values = new TreeMap<>(values);
    quote.values.put(4, Sample.digest("another boot loader"));
    refuses(Refusal.WRONG_PCRS, "pcrDigest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000", // none
        "00000001000b03000000", // none in the bank
        "00000001000b03908000", // PCR 10 missing
        "00000001000b03918400", // one more
        "00000001000b029084", // two bytes
        "00000001000b0490840000", // four bytes
        "00000001000c03908400" // SHA-384
      })
  void attack11EmptyOrPartialSelection(String selections) {
    quote.selections = Bytes.fromHex(selections);
    refuses(Refusal.WRONG_PCRS, "expected a quote of");
  }

  /** Well-formed each: what is wrong with them is that there are two. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000002000b03908400000b03908400", // twice the same
        "00000002000b03908400000b03000000", // nothing of it the second time
        "00000002000b03108000000b03800400", // in two halves
        "00000002000403000000000b03908400", // an empty one of SHA-1 before it
        "00000002000b03908400000403000000" // and after it
      })
  void attack12DuplicateSelections(String selections) {
    quote.selections = Bytes.fromHex(selections);
    refuses(Refusal.WRONG_PCRS, "expected a quote of");
  }

  @Test
  void refusesSelectionThatIsNoList() {
    quote.selections = Bytes.fromHex("00000001000b0290840000000000");
    refuses(Refusal.BAD_QUOTE, "");
  }

  @Test
  void attack14Sha1BankDowngrade() {
    quote.selections = Bytes.fromHex("00000001000403908400");
    refuses(Refusal.WRONG_PCRS, "0004");
    Bytes attest = quote.attest();
    String good = SoftwareTpm.tpmtSignature(sample.tpm.sign(attest.toArray())).toHex();
    QuoteEvidence sha1 = quote.with(attest, Bytes.fromHex("00180004" + good.substring(8)));
    refused(verify(sha1), Refusal.BAD_QUOTE, "hash 000b");
  }

  @Test
  void attack16SignatureAlgorithmConfusion() {
    Bytes attest = quote.attest();
    String good = SoftwareTpm.tpmtSignature(sample.tpm.sign(attest.toArray())).toHex();
    for (String algorithm : List.of("0014", "0016", "001a", "0005", "0010")) {
      QuoteEvidence other = quote.with(attest, Bytes.fromHex(algorithm + good.substring(4)));
      refused(verify(other), Refusal.BAD_QUOTE, "sigAlg 0018");
    }
    // CVE-2022-21449: zeros verified in Java once.
    QuoteEvidence zeros = quote.with(attest, SoftwareTpm.tpmtSignature(new byte[64]));
    refused(verify(zeros), Refusal.BAD_QUOTE, "r and s");
  }

  @Test
  void attack56SignerInAnotherHierarchyOrUnderAnotherParent() {
    for (int hierarchy : new int[] {0x40000001, 0x40000007, 0x4000000C}) {
      quote.qualifiedSigner = sample.tpm.qualifiedSigner(hierarchy);
      refuses(Refusal.AK_REJECTED, "qualifiedSigner");
    }
    quote.qualifiedSigner = sample.ak.name();
    refuses(Refusal.AK_REJECTED, "qualifiedSigner");
    quote.qualifiedSigner = Bytes.of(new byte[0]);
    refuses(Refusal.AK_REJECTED, "qualifiedSigner");
  }

  @Test
  void attack47TrailingBytes() {
    quote.tail = Bytes.of(new byte[1]);
    refuses(Refusal.BAD_QUOTE, "nothing after");
  }

  @Test
  void attack48EveryChangedBitOfSignedBytesIsRefused() {
    byte[] attest = quote.attest().toArray();
    Bytes signature = SoftwareTpm.tpmtSignature(sample.tpm.sign(attest));
    authentic(verify(quote.with(Bytes.of(attest), signature)));
    for (int bit = 0; bit < 8 * attest.length; bit += 3) {
      byte[] changed = attest.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(verify(quote.with(Bytes.of(changed), signature)))
          .isInstanceOfSatisfying(
              Verification.Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.BAD_QUOTE));
    }
  }

  @Property(tries = 200)
  void changedSignaturesAreOnlyEverRefused(
      @ForAll @IntRange(max = 71) int at, @ForAll @IntRange(min = 1, max = 255) int change) {
    byte[] signature =
        SoftwareTpm.tpmtSignature(sample.tpm.sign(quote.attest().toArray())).toArray();
    signature[at] ^= (byte) change;
    refused(verify(quote.with(quote.attest(), Bytes.of(signature))), Refusal.BAD_QUOTE, "");
  }

  @Test
  void ignoresNothingThatComesWithMoreValues() {
    quote.values.put(0, Sample.ZERO);
    refuses(Refusal.WRONG_PCRS, "expected values");
  }

  private static Bytes nonce(int fill) {
    byte[] nonce = new byte[32];
    java.util.Arrays.fill(nonce, (byte) fill);
    return Bytes.of(nonce);
  }
}
