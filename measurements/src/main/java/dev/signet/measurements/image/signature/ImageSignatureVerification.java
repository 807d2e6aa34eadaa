// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import java.util.List;

/** What became of looking for an image's signature. Being refused is an ordinary outcome. */
public sealed interface ImageSignatureVerification {
  /** There is one that is authentic, about this image, and by somebody who was asked for. */
  record Verified(VerifiedImageSignature signature) implements ImageSignatureVerification {}

  /**
   * There is none.
   *
   * @param findings what is wrong with each that is there
   */
  record Refused(Reason reason, String detail, List<ImageSignatureFinding> findings)
      implements ImageSignatureVerification {
    public Refused {
      findings = List.copyOf(findings);
    }
  }

  /** Why an image does not count as signed. */
  enum Reason {
    /** Nothing lies beside it. */
    IMAGE_NOT_SIGNED,
    /** What lies beside it is worth nothing. */
    IMAGE_SIGNATURE_NOT_AUTHENTIC,
    /** Authentic, but by somebody else, about something else, or not valid any more. */
    IMAGE_SIGNATURE_NOT_ACCEPTED,
    /** More lies beside it than {@link SignatureLimits} has. */
    TOO_MANY_IMAGE_SIGNATURES
  }

  /** What is wrong with one candidate, where no other refusal's name fits. */
  enum Fault {
    /** A list of referrers that cannot be read. */
    BAD_SIGNATURE_LISTING,
    /** A signature's manifest that cannot be read, or is of another kind than the list says. */
    BAD_SIGNATURE_MANIFEST,
    /** A signature's manifest that belongs to another image. */
    WRONG_SUBJECT,
    /** A signature's part over its limit. */
    TOO_LARGE_SIGNATURE,
    /** A signature over a payload that is none of an image. */
    BAD_SIGNATURE_PAYLOAD,
    /** A form of signature that is not checked here, and so not believed. */
    SIGNATURE_UNSUPPORTED,
    /** A statement of another type than those that count. */
    WRONG_PREDICATE
  }
}
