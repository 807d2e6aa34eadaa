// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.tpm.EccPublic;
import dev.signet.verifier.tpm.EccPublic.Scheme;
import dev.signet.verifier.tpm.EccPublic.Symmetric;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.TpmNames;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.Verification.Refused;
import java.security.interfaces.ECPublicKey;

/**
 * The public half of a key with which a TPM, if it has it, signs nothing but what it made itself,
 * and which cannot leave it. Only {@link #check} makes one. That a TPM has it is proved by
 * activating a credential ({@link MakeCredential}) and by a quote whose qualified signer is {@link
 * #qualifiedName}.
 */
public final class AttestationKey {
  private static final long FIXED_TPM = 1 << 1;
  private static final long FIXED_PARENT = 1 << 4;
  private static final long SENSITIVE_DATA_ORIGIN = 1 << 5;
  private static final long USER_WITH_AUTH = 1 << 6;
  private static final long NO_DA = 1 << 10;
  private static final long RESTRICTED = 1 << 16;
  private static final long DECRYPT = 1 << 17;
  private static final long SIGN = 1 << 18;
  private static final long NEVER_LEAVES =
      FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | NO_DA;
  private static final long ATTESTING = NEVER_LEAVES | RESTRICTED | SIGN;
  private static final long STORAGE = NEVER_LEAVES | RESTRICTED | DECRYPT;

  /** Of a key that signs whatever its user asks for. */
  private static final long SIGNING = NEVER_LEAVES | SIGN;

  private final EccPublic area;
  private final Bytes qualifiedName;
  private final ECPublicKey publicKey;

  private AttestationKey(EccPublic area, Bytes qualifiedName, ECPublicKey publicKey) {
    this.area = area;
    this.qualifiedName = qualifiedName;
    this.publicKey = publicKey;
  }

  /**
   * Refuses with {@link Refusal#AK_REJECTED} what is not exactly the key of docs/protocol.md.
   *
   * @param akPublic TPMT_PUBLIC
   * @param parentPublic TPMT_PUBLIC of its storage parent, a primary key of the endorsement
   *     hierarchy
   */
  public static Verification<AttestationKey> check(Bytes akPublic, Bytes parentPublic) {
    try {
      EccPublic parent = EccPublic.parse(parentPublic.toArray());
      String wrong = storageDifference(parent);
      if (wrong != null) {
        return new Refused<>(Refusal.AK_REJECTED, "AK parent: " + wrong);
      }
      EccPublic ak = EccPublic.parse(akPublic.toArray());
      wrong = difference(ak, ATTESTING, Symmetric.NONE, Scheme.ECDSA_SHA256);
      if (wrong != null) {
        return new Refused<>(Refusal.AK_REJECTED, "AK: " + wrong);
      }
      return new Authentic<>(
          new AttestationKey(
              ak,
              TpmNames.inEndorsementHierarchy(parent.name(), ak.name()),
              PublicJwk.of(ak.x(), ak.y()).toPublicKey()));
    } catch (MalformedTpmStructureException e) {
      return new Refused<>(Refusal.AK_REJECTED, e.getMessage());
    }
  }

  /** How {@code area} differs from the storage key that our keys have for a parent, or null. */
  static String storageDifference(EccPublic area) {
    return difference(area, STORAGE, Symmetric.AES_128_CFB, Scheme.NONE);
  }

  /**
   * How {@code area} differs from an unrestricted signing key that cannot leave its TPM, or null.
   */
  static String signingDifference(EccPublic area) {
    return difference(area, SIGNING, Symmetric.NONE, Scheme.ECDSA_SHA256);
  }

  private static String difference(
      EccPublic area, long attributes, Symmetric symmetric, Scheme scheme) {
    if (area.attributes() != attributes) {
      return "expected attributes %08x, got %08x".formatted(attributes, area.attributes());
    }
    if (area.authPolicy().size() != 0) {
      return "expected no authPolicy, got " + area.authPolicy().toHex();
    }
    if (area.symmetric() != symmetric) {
      return "expected symmetric " + symmetric + ", got " + area.symmetric();
    }
    if (area.scheme() != scheme) {
      return "expected scheme " + scheme + ", got " + area.scheme();
    }
    if (!PublicJwk.isOnCurve(area.x(), area.y())) {
      return "expected a point on P-256";
    }
    return null;
  }

  /** 000B and SHA-256 of its TPMT_PUBLIC, 34 bytes. */
  public Bytes name() {
    return area.name();
  }

  /** What a quote by this key in the endorsement hierarchy must say of its signer, 34 bytes. */
  public Bytes qualifiedName() {
    return qualifiedName;
  }

  ECPublicKey publicKey() {
    return publicKey;
  }

  @Override
  public String toString() {
    return "AK " + name().toHex();
  }
}
