// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyCertification;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.CertifyAttest;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.EccPublic;
import dev.signet.verifier.tpm.EcdsaSignature;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.TpmNames;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.security.Provider;

/**
 * A request key that the TPM of a quote made at random, that cannot leave it, and that is gone with
 * its next reset: the attestation key certified it over the input that the quote binds. Only {@link
 * #verify} makes one.
 */
public final class ResidentKey {
  private final PublicJwk key;

  private ResidentKey(PublicJwk key) {
    this.key = key;
  }

  /**
   * @param key that is said to be resident
   * @param input see {@code EvidenceInput}
   * @param provider has {@code SHA256withECDSA}
   * @return refused with {@link Refusal#BAD_KEY_CERTIFICATION}
   * @throws IllegalArgumentException if the quote binds another input: a wrong call
   */
  public static Verification<ResidentKey> verify(
      PublicJwk key,
      KeyCertification certification,
      VerifiedQuote quote,
      byte[] input,
      Provider provider) {
    if (!quote.binds(input)) {
      throw new IllegalArgumentException("expected the input that the quote binds, got another");
    }
    try {
      Bytes signature = EcdsaSignature.parse(certification.signature().toArray());
      CertifyAttest attest = CertifyAttest.parse(certification.attest().toArray());
      EccPublic area = EccPublic.parse(certification.publicArea().toArray());
      EccPublic parent = EccPublic.parse(certification.parentPublic().toArray());
      // Over the bytes as received; nothing in them is believed before.
      byte[] signed = certification.attest().toArray();
      if (!EcdsaP256.verifies(quote.key().publicKey(), signed, signature, provider)) {
        return refused("expected a certification by " + quote.key() + ", got another");
      }
      String wrong = difference(attest, quote, Bytes.of(Digest.hash(input).toArray()));
      if (wrong == null) {
        wrong = difference(attest, area, parent);
      }
      if (wrong == null
          && !PublicJwk.of(area.x(), area.y()).thumbprint().equals(key.thumbprint())) {
        wrong = "expected a certification of key " + key.thumbprint() + ", got one of another key";
      }
      return wrong == null ? new Authentic<>(new ResidentKey(key)) : refused(wrong);
    } catch (MalformedTpmStructureException e) {
      return refused(e.getMessage());
    }
  }

  /** That it was made beside the quote: by the same key, over the same input, in the same boot. */
  private static String difference(CertifyAttest attest, VerifiedQuote quote, Bytes extraData) {
    if (!attest.qualifiedSigner().equals(quote.key().qualifiedName())) {
      return both("qualifiedSigner", quote.key().qualifiedName(), attest.qualifiedSigner());
    }
    if (!attest.extraData().equals(extraData)) {
      return both("extraData", extraData, attest.extraData());
    }
    ClockInfo quoted = quote.clockInfo();
    ClockInfo certified = attest.clockInfo();
    if (certified.resetCount() != quoted.resetCount()
        || certified.restartCount() != quoted.restartCount()
        || attest.firmwareVersion() != quote.firmwareVersion()) {
      return "expected a certification in the boot that was quoted (%s), got one in %s"
          .formatted(quoted, certified);
    }
    return null;
  }

  /** That it is of this public area, and this of a key that never leaves the TPM. */
  private static String difference(CertifyAttest attest, EccPublic area, EccPublic parent) {
    if (!attest.name().equals(area.name())) {
      return both("name", area.name(), attest.name());
    }
    String wrong = AttestationKey.signingDifference(area);
    if (wrong != null) {
      return "request key: " + wrong;
    }
    wrong = AttestationKey.storageDifference(parent);
    if (wrong != null) {
      return "request key's parent: " + wrong;
    }
    Bytes inNull = TpmNames.inNullHierarchy(parent.name(), area.name());
    if (!attest.qualifiedName().equals(inNull)) {
      return both(
          "qualifiedName, of a child of a primary key in the NULL hierarchy",
          inNull,
          attest.qualifiedName());
    }
    return null;
  }

  private static String both(String what, Bytes expected, Bytes got) {
    return "%s: expected %s, got %s".formatted(what, expected.toHex(), got.toHex());
  }

  private static Refused<ResidentKey> refused(String detail) {
    return new Refused<>(Refusal.BAD_KEY_CERTIFICATION, detail);
  }

  public PublicJwk key() {
    return key;
  }
}
