// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.NvRegister;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.RegisterEvidence;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.EcdsaSignature;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.NvCertifyAttest;
import dev.signet.verifier.tpm.NvRegisterName;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.tpm.QuoteAttest;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.security.Provider;
import java.util.List;
import java.util.Optional;

/**
 * Verifies what an NV launch register is said to hold ({@code docs/protocol.md}, Launch register).
 *
 * <p>Three things together: the index has the one Name that a register can have, which fixes who
 * writes it and when; that Name was the first thing measured into the register's PCR in this boot,
 * which a quote of that moment shows, so that no other index could be opened before or since; and
 * the content was certified with the evidence's nonce.
 */
public final class RegisterVerifier {
  private final Provider provider;

  /**
   * @param provider has {@code SHA256withECDSA}
   */
  public RegisterVerifier(Provider provider) {
    this.provider = provider;
  }

  /**
   * @param quote of the same evidence, already verified; covers {@code pcr}
   * @param input whose SHA-256 the certification's extraData must be
   * @param pcr that moves with the register
   * @return refused with {@link Refusal#BAD_QUOTE}, {@link Refusal#AK_REJECTED}, {@link
   *     Refusal#WRONG_NONCE} or {@link Refusal#REGISTER_REJECTED}
   */
  public Verification<VerifiedRegister> verify(
      RegisterEvidence evidence, VerifiedQuote quote, byte[] input, int pcr) {
    if (!quote.selection().contains(pcr) || !quote.binds(input)) {
      throw new IllegalArgumentException(
          "expected the evidence's own quote, which covers PCR " + pcr);
    }
    NvCertifyAttest certified;
    QuoteAttest opening;
    try {
      if (!isSigned(quote.key(), evidence.attest(), evidence.signature())
          || !isSigned(quote.key(), evidence.openingAttest(), evidence.openingSignature())) {
        return new Refused<>(
            Refusal.BAD_QUOTE, "register: expected signatures by " + quote.key() + ", got others");
      }
      certified = NvCertifyAttest.parse(evidence.attest().toArray());
      opening = QuoteAttest.parse(evidence.openingAttest().toArray());
    } catch (MalformedTpmStructureException e) {
      return new Refused<>(Refusal.BAD_QUOTE, "register: " + e.getMessage());
    }
    Bytes name = NvRegisterName.of(evidence.index(), pcr);
    return certifiedDifference(certified, quote, Digest.hash(input), name)
        .or(() -> openingDifference(opening, quote, name, pcr))
        .orElseGet(
            () ->
                new Authentic<>(
                    new VerifiedRegister(
                        quote,
                        evidence.index(),
                        pcr,
                        Digest.ofDigest(certified.contents().toArray()))));
  }

  /** Over the bytes as received; nothing in them is believed before. */
  private boolean isSigned(AttestationKey key, Bytes attest, Bytes signature)
      throws MalformedTpmStructureException {
    Bytes rs = EcdsaSignature.parse(signature.toArray());
    return EcdsaP256.verifies(key.publicKey(), attest.toArray(), rs, provider);
  }

  private static Optional<Verification<VerifiedRegister>> certifiedDifference(
      NvCertifyAttest certified, VerifiedQuote quote, Digest extraData, Bytes name) {
    if (!certified.qualifiedSigner().equals(quote.key().qualifiedName())) {
      return refused(Refusal.AK_REJECTED, "register: qualifiedSigner is not the quote's");
    }
    if (!certified.extraData().equals(Bytes.of(extraData.toArray()))) {
      return refused(
          Refusal.WRONG_NONCE,
          "register: extraData: expected %s, got %s",
          extraData.toHex(),
          certified.extraData().toHex());
    }
    if (!certified.indexName().equals(name)) {
      return refused(
          Refusal.REGISTER_REJECTED,
          "the index's Name: expected %s, got %s: another policy or attributes, or not written in"
              + " this boot",
          name.toHex(),
          certified.indexName().toHex());
    }
    if (certified.offset() != 0 || certified.contents().size() != Digest.BYTES) {
      return refused(
          Refusal.REGISTER_REJECTED,
          "expected the whole register, %d bytes from 0, got %d from %d",
          Digest.BYTES,
          certified.contents().size(),
          certified.offset());
    }
    // After the quote: an event in between is in the register, and its tick is not in the quote.
    if (!sameBoot(certified.clockInfo(), quote.clockInfo())
        || certified.clockInfo().clock() < quote.clockInfo().clock()) {
      return refused(
          Refusal.REGISTER_REJECTED,
          "expected a register certified in the quote's boot and after it (%s), got %s",
          quote.clockInfo(),
          certified.clockInfo());
    }
    return Optional.empty();
  }

  private static Optional<Verification<VerifiedRegister>> openingDifference(
      QuoteAttest opening, VerifiedQuote quote, Bytes name, int pcr) {
    if (!opening.qualifiedSigner().equals(quote.key().qualifiedName())) {
      return refused(Refusal.AK_REJECTED, "opening: qualifiedSigner is not the quote's");
    }
    if (!opening
        .extraData()
        .equals(Bytes.of(Digest.hash(NvRegister.openingInput(name)).toArray()))) {
      return refused(
          Refusal.REGISTER_REJECTED, "the opening quote is not of a register with this Name");
    }
    if (!sameBoot(opening.clockInfo(), quote.clockInfo())
        || opening.clockInfo().clock() > quote.clockInfo().clock()) {
      return refused(
          Refusal.REGISTER_REJECTED,
          "expected a register opened in the quote's boot and before it (%s), got %s",
          quote.clockInfo(),
          opening.clockInfo());
    }
    if (opening.selections().size() != 1
        || !opening.selections().get(0).is(PcrSelection.of(List.of(pcr)))) {
      return refused(
          Refusal.REGISTER_REJECTED,
          "opening: expected a quote of PCR %d alone, got %s",
          pcr,
          opening.selections());
    }
    Digest opened = NvRegister.pcrWhenOpened(name);
    if (!opening.pcrDigest().equals(Bytes.of(Digest.hash(opened.toArray()).toArray()))) {
      return refused(
          Refusal.REGISTER_REJECTED,
          "PCR %d: expected the register's Name as the first measurement of this boot (%s)",
          pcr,
          opened);
    }
    return Optional.empty();
  }

  private static boolean sameBoot(ClockInfo one, ClockInfo other) {
    return one.resetCount() == other.resetCount() && one.restartCount() == other.restartCount();
  }

  private static Optional<Verification<VerifiedRegister>> refused(
      Refusal reason, String detail, Object... sides) {
    return Optional.of(new Refused<>(reason, detail.formatted(sides)));
  }
}
