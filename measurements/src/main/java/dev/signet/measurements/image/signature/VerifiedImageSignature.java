// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.protocol.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * A signature of an image by somebody who was asked for. Only {@link ImageSignatures} makes one.
 */
public final class VerifiedImageSignature {
  private final Digest image;
  private final String place;
  private final String signer;
  private final Optional<String> predicateType;
  private final Optional<Instant> signedAt;

  VerifiedImageSignature(
      Digest image,
      String place,
      String signer,
      Optional<String> predicateType,
      Optional<Instant> signedAt) {
    this.image = image;
    this.place = place;
    this.signer = signer;
    this.predicateType = predicateType;
    this.signedAt = signedAt;
  }

  /** Of its manifest. */
  public Digest image() {
    return image;
  }

  /** Where it lies, for people. */
  public String place() {
    return place;
  }

  /**
   * The name of a keyless signer ({@link dev.signet.measurements.sigstore.SignerIdentity#name}), or
   * a pinned key's RFC 7638 thumbprint.
   */
  public String signer() {
    return signer;
  }

  /** Of the in-toto statement; empty if the signature is over the manifest's digest itself. */
  public Optional<String> predicateType() {
    return predicateType;
  }

  /** The earliest trusted time; empty if a pinned key signed, which needs no log. */
  public Optional<Instant> signedAt() {
    return signedAt;
  }
}
