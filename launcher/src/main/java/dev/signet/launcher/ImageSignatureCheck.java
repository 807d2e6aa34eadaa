// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.measurements.image.signature.ImageSignatureVerification;
import dev.signet.measurements.image.signature.VerifiedImageSignature;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * That the image which the reference statement names is signed in its registry too, where somebody
 * asked for that. It is this host's own demand: the verifier does not see it.
 */
final class ImageSignatureCheck {
  private ImageSignatureCheck() {}

  /** Present if the image is not to be started. */
  static Optional<LaunchOutcome.RefusedHere> refuse(
      Program.Image image, Digest manifest, Instant now, Progress progress) throws IOException {
    if (image.signature().isEmpty()) {
      return Optional.empty();
    }
    return switch (image.signature().get().verify(manifest, now)) {
      case ImageSignatureVerification.Refused(var reason, String detail, var _) ->
          Optional.of(new LaunchOutcome.RefusedHere(reason.name(), image.name() + ": " + detail));
      case ImageSignatureVerification.Verified(VerifiedImageSignature found)
          when found.image().equals(manifest) -> {
        progress.say(
            Progress.Step.IMAGE_SIGNATURE_ACCEPTED,
            "the image "
                + manifest
                + " is signed by "
                + found.signer()
                + found.signedAt().map(at -> " at " + at).orElse("")
                + " ("
                + found.place()
                + ")");
        yield Optional.empty();
      }
      case ImageSignatureVerification.Verified(VerifiedImageSignature found) ->
          throw new IllegalArgumentException(
              "expected the signature of " + manifest + ", got that of " + found.image());
    };
  }
}
