// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.Program;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.registry.RegistryCredentials;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.signature.ImageSignaturePolicy;
import dev.signet.measurements.image.signature.ImageSignatures;
import dev.signet.measurements.sigstore.SignerIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** That an image must be signed in a registry, besides the reference statement about it. */
final class ImageSignatureOptions {
  @Option(
      names = "--require-image-signature",
      paramLabel = "REGISTRY/NAME",
      description =
          "With --image: start it only if it is signed there as well, as cosign does it. By the"
              + " statement's signers, or by those of --image-signer and --image-identity.")
  private String place;

  @Option(
      names = "--image-signer",
      paramLabel = "FILE",
      description =
          "A public key whose signature on the image counts, P-256 in PEM. May be repeated.")
  private List<Path> keys = new ArrayList<>();

  @ArgGroup(exclusive = false, multiplicity = "0..*")
  private List<Keyless> keyless = new ArrayList<>();

  /** One who signs images with Sigstore. */
  static final class Keyless {
    @Option(
        names = "--image-identity",
        required = true,
        paramLabel = "ID",
        description =
            "A keyless signer whose signature on the image counts: the name in his certificate,"
                + " exactly. May be repeated, each with its --image-issuer.")
    private String identity;

    @Option(
        names = "--image-issuer",
        required = true,
        paramLabel = "URL",
        description = "The OpenID provider that vouches for --image-identity.")
    private String issuer;
  }

  @Option(
      names = "--image-attestation",
      paramLabel = "TYPE",
      description =
          "A predicate type of attestations that count as a signature of the image, beside"
              + " signatures and reference statements. May be repeated.")
  private List<String> attestations = new ArrayList<>();

  /** Whether a trusted root is needed for these. */
  boolean anyKeyless() {
    return !keyless.isEmpty();
  }

  boolean anything() {
    return place != null || !keys.isEmpty() || !keyless.isEmpty() || !attestations.isEmpty();
  }

  /**
   * What is asked for, or empty if nothing is.
   *
   * @param statement whose signatures on the statement count, and on the image if nobody is named
   * @param trustedRoot a file, or null
   * @param registryAuth a file, or null
   */
  Optional<Program.RequiredSignature> required(
      SignerPolicy statement, Path trustedRoot, Path registryAuth)
      throws CommandFailure, IOException {
    if (place == null) {
      if (anything()) {
        throw CommandFailure.usage(
            "--image-signer, --image-identity, --image-attestation: expected with"
                + " --require-image-signature");
      }
      return Optional.empty();
    }
    try {
      ImageReference.Repository repository = ImageReference.Repository.parse(place);
      ImageSignaturePolicy policy =
          new ImageSignaturePolicy(signers(statement, trustedRoot), new HashSet<>(attestations));
      return Optional.of(
          (manifest, now) -> {
            try (RegistryRepository open =
                RegistryRepository.of(repository, credentials(registryAuth, repository))) {
              return ImageSignatures.verify(open, manifest, policy, now);
            }
          });
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--require-image-signature: " + e.getMessage());
    }
  }

  static Optional<RegistryCredentials> credentials(
      Path registryAuth, ImageReference.Repository repository) throws IOException {
    return registryAuth == null
        ? Optional.empty()
        // Absolute, since the launcher reads it from where a private mount is.
        : RegistryCredentials.read(registryAuth.toAbsolutePath(), repository.registry());
  }

  private SignerPolicy signers(SignerPolicy statement, Path trustedRoot)
      throws CommandFailure, IOException {
    if (keys.isEmpty() && keyless.isEmpty()) {
      return statement;
    }
    if (keyless.isEmpty()) {
      return SignerPolicy.pinned(SignerOptions.keys(keys));
    }
    if (trustedRoot == null) {
      throw CommandFailure.usage("--image-identity: expected --trusted-root FILE with it");
    }
    List<SignerIdentity> identities =
        keyless.stream().map(k -> SignerIdentity.of(k.issuer, k.identity)).toList();
    return SignerPolicy.keyless(
        SignerOptions.keys(keys), identities, SignerOptions.root(trustedRoot));
  }
}
