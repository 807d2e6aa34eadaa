// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.NvRegister;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.RegisterEvidence;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareRegister;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.tpm.NvRegisterName;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RegisterVerifierTest {
  private final Sample sample = new Sample();
  private final RegisterVerifier verifier = new RegisterVerifier(Sample.PROVIDER);
  private final LaunchEvent.Start start = sample.start();
  private final VerifiedQuote quote = sample.quote(Sample.INPUT, Sample.pcrs(start));
  private SoftwareRegister register = right();

  private SoftwareRegister right() {
    return new SoftwareRegister(
        sample.tpm, Sample.INPUT, Sample.register(SoftwareRegister.BASELINE, start));
  }

  private Verification<VerifiedRegister> verify(RegisterEvidence evidence) {
    return verifier.verify(evidence, quote, Sample.INPUT, Sample.REGISTER);
  }

  private void refusesAltered(Refusal reason, String detail, Consumer<SoftwareRegister> change) {
    register = right();
    change.accept(register);
    refused(verify(register.evidence()), reason, detail);
  }

  private Bytes log(Digest baseline, LaunchEvent... events) {
    return Sample.log(register.index, new LaunchLog.Baseline(baseline, 7, 2), events);
  }

  @Test
  void takesWhatIsRightAndReplaysTheLogAgainstIt() {
    assertThat(NvRegister.baseline()).isEqualTo(SoftwareRegister.BASELINE);
    assertThat(NvRegisterName.of(register.index, Sample.REGISTER).toArray())
        .isEqualTo(register.name());
    VerifiedRegister verified = authentic(verify(register.evidence()));
    assertThat(verified.value()).isEqualTo(Sample.register(SoftwareRegister.BASELINE, start));
    VerifiedLaunchLog log =
        authentic(VerifiedLaunchLog.replay(log(SoftwareRegister.BASELINE, start), verified));
    assertThat(log.live(Sample.AGENT)).contains(start);
    assertThat(log.register()).isEqualTo(Appraisal.Register.NV);
    assertThat(log.registerPcr()).isEqualTo(Sample.REGISTER);
  }

  @Test
  void logOfTheRegisterMustBeginAsTheBootDid() {
    VerifiedRegister verified = authentic(verify(register.evidence()));
    Bytes other = log(Sample.register(SoftwareRegister.BASELINE, start));
    refused(VerifiedLaunchLog.replay(other, verified), Refusal.LOG_DOES_NOT_REPLAY, "baseline");
    refused(
        VerifiedLaunchLog.replay(Sample.log(start), verified),
        Refusal.LOG_DOES_NOT_REPLAY,
        "expected a log of NV 0x01815101, got one of PCR 15");
    refused(
        VerifiedLaunchLog.replay(log(SoftwareRegister.BASELINE, start, start), verified),
        Refusal.LOG_DOES_NOT_REPLAY,
        "NV 0x01815101: 2 events lead to");
  }

  @Test
  void attack09OtherAttestStructuresAreNotRegisters() {
    refusesAltered(Refusal.BAD_QUOTE, "type 8014", r -> r.type = 0x8018);
    refusesAltered(Refusal.BAD_QUOTE, "made by a TPM", r -> r.magic = 0);
    refusesAltered(Refusal.BAD_QUOTE, "nothing after", r -> r.tail = new byte[1]);
    register = right();
    // A quote in the register's place, and the register in that of the quote of its opening.
    refused(
        verify(register.evidence(register.opening().attest(), register.opening().attest())),
        Refusal.BAD_QUOTE,
        "type 8014");
    refused(
        verify(register.evidence(register.attest(), register.attest())),
        Refusal.BAD_QUOTE,
        "type 8018");
  }

  @Test
  void signaturesAreThoseOfTheAttestationKey() {
    SoftwareTpm other = new SoftwareTpm();
    RegisterEvidence good = register.evidence();
    Bytes foreign = SoftwareTpm.tpmtSignature(other.sign(good.attest().toArray()));
    Bytes foreignOpening = SoftwareTpm.tpmtSignature(other.sign(good.openingAttest().toArray()));
    refused(
        verify(
            new RegisterEvidence(
                good.index(),
                good.attest(),
                foreign,
                good.openingAttest(),
                good.openingSignature())),
        Refusal.BAD_QUOTE,
        "signatures by");
    refused(
        verify(
            new RegisterEvidence(
                good.index(),
                good.attest(),
                good.signature(),
                good.openingAttest(),
                foreignOpening)),
        Refusal.BAD_QUOTE,
        "signatures by");
    refusesAltered(
        Refusal.AK_REJECTED,
        "qualifiedSigner",
        r -> r.qualifiedSigner = sample.tpm.qualifiedSigner(0x40000001));
  }

  @Test
  void attack01RegisterOfAnEarlierNonceIsRefused() {
    refusesAltered(
        Refusal.WRONG_NONCE, "extraData", r -> r.extraData = Digest.hash(new byte[1]).toArray());
    refusesAltered(Refusal.WRONG_NONCE, "extraData", r -> r.extraData = new byte[0]);
  }

  @Test
  void attack27IndexWithAnotherNameIsRefused() {
    // Not written in this boot; readable by the owner; writable by authorization value alone.
    for (int attributes : new int[] {0x0E040048, 0x2E060048, 0x2E04004C}) {
      refusesAltered(
          Refusal.REGISTER_REJECTED,
          "Name",
          r -> {
            r.attributes = attributes;
            r.opened();
          });
    }
    refusesAltered(
        Refusal.REGISTER_REJECTED,
        "Name",
        r -> {
          r.policyPcr = 14; // the first write waits for another PCR
          r.opened();
        });
  }

  @Test
  void attack27IndexThatWasNotTheFirstToBeMeasuredIsRefused() {
    // Another register's Name came first, or something of another user of the TPM.
    refusesAltered(
        Refusal.REGISTER_REJECTED, "opening quote", r -> r.openingInput = new byte[] {1});
    refusesAltered(
        Refusal.REGISTER_REJECTED,
        "first measurement",
        r -> r.openingPcrs.put(Sample.REGISTER, Sample.digest("another Name")));
    refusesAltered(
        Refusal.REGISTER_REJECTED,
        "PCR 15 alone",
        r -> {
          r.openingPcrs.put(14, r.openingPcrs.remove(Sample.REGISTER));
        });
    refusesAltered(
        Refusal.REGISTER_REJECTED, "PCR 15 alone", r -> r.openingPcrs.put(14, Sample.ZERO));
    // Another index, opened properly, cannot stand for this one.
    SoftwareRegister second = right();
    second.index = 0x01815102;
    second.opened();
    refused(
        verify(register.evidence(second.attest(), register.opening().attest())),
        Refusal.REGISTER_REJECTED,
        "Name");
    refused(
        verify(register.evidence(register.attest(), second.opening().attest())),
        Refusal.REGISTER_REJECTED,
        "opening quote");
  }

  @Test
  void attack57RegisterOrOpeningOfAnotherBootIsRefused() {
    refusesAltered(Refusal.REGISTER_REJECTED, "quote's boot and after", r -> r.resetCount = 6);
    refusesAltered(Refusal.REGISTER_REJECTED, "quote's boot and after", r -> r.restartCount = 3);
    refusesAltered(
        Refusal.REGISTER_REJECTED, "quote's boot and before", r -> r.openingResetCount = 6);
    refusesAltered(
        Refusal.REGISTER_REJECTED, "quote's boot and before", r -> r.openingRestartCount = 1);
  }

  @Test
  void attack59RegisterIsCertifiedAfterTheQuoteAndOpenedBeforeIt() {
    refusesAltered(Refusal.REGISTER_REJECTED, "after it", r -> r.clock = 999_999);
    refusesAltered(Refusal.REGISTER_REJECTED, "before it", r -> r.openingClock = 1_000_001);
  }

  @Test
  void theSameMomentIsNotTheWrongOrder() {
    register.clock = 1_000_000;
    register.openingClock = 1_000_000;
    authentic(verify(register.evidence()));
  }

  @Test
  void attack07OpeningByTheSameKeyElsewhereIsRefused() {
    refusesAltered(
        Refusal.AK_REJECTED,
        "opening: qualifiedSigner",
        r -> r.openingSigner = sample.tpm.qualifiedSigner(0x40000001));
  }

  @Test
  void attack27OpeningThatCoversMorePcrsIsRefused() {
    refusesAltered(
        Refusal.REGISTER_REJECTED,
        "a quote of PCR " + Sample.REGISTER + " alone",
        r -> r.openingPcrs.put(16, Sample.digest("another")));
  }

  @Test
  void onlyTheWholeRegisterCounts() {
    refusesAltered(Refusal.REGISTER_REJECTED, "whole register", r -> r.offset = 1);
    refusesAltered(Refusal.REGISTER_REJECTED, "whole register", r -> r.contents = new byte[31]);
    refusesAltered(Refusal.REGISTER_REJECTED, "whole register", r -> r.contents = new byte[0]);
  }

  @Test
  void aQuoteThatDoesNotCoverTheRegistersPcrIsAWrongCall() {
    Map<Integer, Digest> pcrs = new TreeMap<>(Sample.pcrs(start));
    pcrs.remove(Sample.REGISTER);
    VerifiedQuote without = sample.quote(Sample.INPUT, pcrs);
    assertThatThrownBy(
            () -> verifier.verify(register.evidence(), without, Sample.INPUT, Sample.REGISTER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> verifier.verify(register.evidence(), quote, new byte[1], Sample.REGISTER))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
