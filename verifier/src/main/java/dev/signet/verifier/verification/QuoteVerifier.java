// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.EcdsaSignature;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.tpm.QuoteAttest;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Verifies quotes. Reads no clock, opens nothing, remembers nothing: the same arguments give the
 * same answer. That a nonce is used once is the caller's to see to.
 */
public final class QuoteVerifier {
  private final Provider provider;

  /**
   * @param provider has {@code SHA256withECDSA}
   */
  public QuoteVerifier(Provider provider) {
    this.provider = provider;
  }

  /**
   * @param key the key that must have signed
   * @param input whose SHA-256 the quote's extraData must be, see {@code EvidenceInput}
   * @param expected the PCRs that it must cover, exactly
   * @return refused with {@link Refusal#BAD_QUOTE}, {@link Refusal#AK_REJECTED}, {@link
   *     Refusal#WRONG_NONCE} or {@link Refusal#WRONG_PCRS}
   */
  public Verification<VerifiedQuote> verify(
      QuoteEvidence evidence, AttestationKey key, byte[] input, PcrSelection expected) {
    if (input.length == 0) {
      throw new IllegalArgumentException("expected the input that the quote binds, got nothing");
    }
    QuoteAttest attest;
    Bytes signature;
    try {
      signature = EcdsaSignature.parse(evidence.signature().toArray());
      attest = QuoteAttest.parse(evidence.attest().toArray());
    } catch (MalformedTpmStructureException e) {
      return new Refused<>(Refusal.BAD_QUOTE, e.getMessage());
    }
    // Over the bytes as received; nothing in them is believed before.
    byte[] signed = evidence.attest().toArray();
    if (!EcdsaP256.verifies(key.publicKey(), signed, signature, provider)) {
      return new Refused<>(Refusal.BAD_QUOTE, "expected a signature by " + key + ", got another");
    }
    return difference(attest, evidence, key, Digest.hash(input), expected)
        .orElseGet(() -> authentic(attest, evidence, key, Digest.hash(input)));
  }

  private static Optional<Verification<VerifiedQuote>> difference(
      QuoteAttest attest,
      QuoteEvidence evidence,
      AttestationKey key,
      Digest extraData,
      PcrSelection expected) {
    if (!attest.qualifiedSigner().equals(key.qualifiedName())) {
      return refused(
          Refusal.AK_REJECTED,
          "qualifiedSigner: expected %s, the child of a primary key in the endorsement hierarchy,"
              + " got %s",
          key.qualifiedName().toHex(),
          attest.qualifiedSigner().toHex());
    }
    if (!attest.extraData().equals(Bytes.of(extraData.toArray()))) {
      return refused(
          Refusal.WRONG_NONCE,
          "extraData: expected %s, got %s",
          extraData.toHex(),
          attest.extraData().toHex());
    }
    if (attest.selections().size() != 1 || !attest.selections().get(0).is(expected)) {
      return refused(
          Refusal.WRONG_PCRS, "expected a quote of %s, got %s", expected, attest.selections());
    }
    if (!evidence.pcrs().stream()
        .map(QuoteEvidence.PcrValue::pcr)
        .toList()
        .equals(expected.indexes())) {
      return refused(
          Refusal.WRONG_PCRS, "expected values of %s, got %s", expected, evidence.pcrs());
    }
    MessageDigest values = Digest.sha256();
    evidence.pcrs().forEach(p -> values.update(p.value().toArray()));
    Bytes pcrDigest = Bytes.of(values.digest());
    if (!pcrDigest.equals(attest.pcrDigest())) {
      return refused(
          Refusal.WRONG_PCRS,
          "pcrDigest: the quote has %s, the values given have %s",
          attest.pcrDigest().toHex(),
          pcrDigest.toHex());
    }
    return Optional.empty();
  }

  private static Verification<VerifiedQuote> authentic(
      QuoteAttest attest, QuoteEvidence evidence, AttestationKey key, Digest extraData) {
    Map<Integer, Digest> pcrs = new TreeMap<>();
    evidence.pcrs().forEach(p -> pcrs.put(p.pcr(), p.value()));
    return new Authentic<>(
        new VerifiedQuote(key, extraData, pcrs, attest.clockInfo(), attest.firmwareVersion()));
  }

  private static Optional<Verification<VerifiedQuote>> refused(
      Refusal reason, String detail, Object... sides) {
    return Optional.of(new Refused<>(reason, detail.formatted(sides)));
  }
}
