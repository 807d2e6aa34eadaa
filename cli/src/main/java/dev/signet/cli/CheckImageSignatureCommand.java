// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.signature.ImageSignatureFinding;
import dev.signet.measurements.image.signature.ImageSignaturePolicy;
import dev.signet.measurements.image.signature.ImageSignatureVerification;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Reason;
import dev.signet.measurements.image.signature.ImageSignatures;
import dev.signet.measurements.image.signature.VerifiedImageSignature;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "image-signature",
    description = {
      "Checks that an image is signed in its registry by one of those who are named: looks for a"
          + " Sigstore bundle among its referrers, in the tag that stands for them, and for"
          + " cosign's older signatures by a pinned key.",
      "Nothing but the registry is asked, and nothing that it says is believed."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:signed, by one who is named",
      "1:signed, but by somebody else, or the signature is about something else or has expired",
      "2:not signed, or not authentically"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet check image-signature --image docker://registry.example/agent@sha256:… \\",
      "      --identity https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1 \\",
      "      --issuer https://token.actions.githubusercontent.com \\",
      "      --trusted-root trusted_root.json"
    })
final class CheckImageSignatureCommand implements SignetCommand {
  private final Invocation invocation;

  @Option(
      names = "--image",
      required = true,
      paramLabel = "IMAGE",
      description = "The image: docker://REGISTRY/NAME@sha256:….")
  private String image;

  @Mixin private SignerOptions signers;

  @Option(
      names = "--trusted-root",
      paramLabel = "FILE",
      description = "With --identity: whose certificates, logs and timestamps are believed.")
  private Path trustedRoot;

  @Option(
      names = "--attestation",
      paramLabel = "TYPE",
      description =
          "A predicate type of attestations that count as well, beside signatures and reference"
              + " statements. May be repeated.")
  private List<String> attestations = new ArrayList<>();

  @Option(
      names = "--registry-auth",
      paramLabel = "FILE",
      description = "Credentials for the registry, as docker login writes them.")
  private Path registryAuth;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckImageSignatureCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      Digest image,
      String signer,
      String place,
      String predicateType,
      Instant signedAt) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    ImageReference.InRegistry reference = reference();
    ImageSignaturePolicy policy = policy();
    try (RegistryRepository repository =
        RegistryRepository.of(
            reference.repository(),
            ImageSignatureOptions.credentials(registryAuth, reference.repository()))) {
      return switch (ImageSignatures.verify(
          repository, reference.digest(), policy, invocation.clock().instant())) {
        case ImageSignatureVerification.Refused refused -> refuse(refused);
        case ImageSignatureVerification.Verified(VerifiedImageSignature found) -> accept(found);
      };
    }
  }

  private ImageReference.InRegistry reference() throws CommandFailure {
    try {
      if (ImageReference.parse(image) instanceof ImageReference.InRegistry inRegistry) {
        return inRegistry;
      }
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--image: " + e.getMessage());
    }
    throw CommandFailure.usage(
        "--image: expected docker://REGISTRY/NAME@sha256:DIGEST: signatures lie in registries");
  }

  private ImageSignaturePolicy policy() throws CommandFailure, IOException {
    try {
      return new ImageSignaturePolicy(signers.policy(trustedRoot), new HashSet<>(attestations));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--attestation: " + e.getMessage());
    }
  }

  private ExitCode refuse(ImageSignatureVerification.Refused refused) {
    ExitCode code =
        refused.reason() == Reason.IMAGE_SIGNATURE_NOT_ACCEPTED
            ? ExitCode.REFUSED
            : ExitCode.NOT_AUTHENTIC;
    List<Finding> findings = new ArrayList<>();
    findings.add(new Finding(refused.reason().name(), refused.detail()));
    for (ImageSignatureFinding f : refused.findings()) {
      findings.add(new Finding(f.name(), f.place() + ": " + f.detail()));
    }
    if (json) {
      invocation.print(
          new Result(code.outcome(), code.code(), findings, null, null, null, null, null));
    } else {
      invocation.note(
          (code == ExitCode.REFUSED ? "refused: " : "not authentic: ")
              + refused.reason()
              + ": "
              + refused.detail());
    }
    return code;
  }

  private ExitCode accept(VerifiedImageSignature found) {
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              ExitCode.GOOD.code(),
              List.of(),
              found.image(),
              found.signer(),
              found.place(),
              found.predicateType().orElse(null),
              found.signedAt().orElse(null)));
    } else {
      invocation.say("signed by  " + found.signer());
      invocation.say("place      " + found.place());
      found.predicateType().ifPresent(type -> invocation.say("statement  " + type));
      found.signedAt().ifPresent(at -> invocation.say("signed at  " + at));
      invocation.say("good       authentic, and about " + found.image());
    }
    return ExitCode.GOOD;
  }
}
