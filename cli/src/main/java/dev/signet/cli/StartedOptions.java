// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.Program;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.image.DockerArchive;
import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.OciLayout;
import dev.signet.measurements.image.registry.RegistryImage;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code signet run} starts, and who must have signed for it. */
final class StartedOptions {
  @ArgGroup(multiplicity = "1")
  private Started started;

  /** One of them. */
  private static final class Started {
    @Option(names = "--jar", paramLabel = "FILE", description = "The agent, an executable JAR.")
    private Path jar;

    @Option(
        names = "--image",
        paramLabel = "IMAGE",
        description =
            "The agent, a container image: oci:DIRECTORY[@sha256:…], docker-archive:FILE or"
                + " docker://REGISTRY/NAME@sha256:…. The statement says which image that is; a"
                + " digest given must be the same. Needs root and runc.")
    private String image;
  }

  @Option(
      names = "--class-path",
      paramLabel = "FILES",
      description =
          "JARs that follow --jar on the class path, separated by colons, as CI measured them.")
  private String classPath;

  @Mixin private SignerOptions signers;

  @Option(
      names = "--trusted-root",
      paramLabel = "FILE",
      description =
          "With --identity or --image-identity: whose certificates, logs and timestamps are"
              + " believed.")
  private Path trustedRoot;

  @Mixin private ImageSignatureOptions imageSignature;

  @Option(
      names = "--registry-auth",
      paramLabel = "FILE",
      description = "Credentials for registries, as docker login writes them.")
  private Path registryAuth;

  boolean isImage() {
    return started.image != null;
  }

  /** Whose signatures on the statement count. */
  SignerPolicy signers() throws CommandFailure, IOException {
    boolean forTheImageOnly = imageSignature.anyKeyless() && !signers.anyKeyless();
    return signers.policy(forTheImageOnly ? null : trustedRoot);
  }

  Program program(SignerPolicy statement) throws CommandFailure, IOException {
    if (isImage()) {
      if (classPath != null) {
        throw CommandFailure.usage("--class-path: expected with --jar, which comes first on it");
      }
      return image(imageSignature.required(statement, trustedRoot, registryAuth));
    }
    if (imageSignature.anything() || registryAuth != null) {
      throw CommandFailure.usage(
          "--require-image-signature, --registry-auth: expected with --image");
    }
    return new Program.Jar(
        started.jar, classPath == null ? List.of() : MeasuredOptions.files(classPath));
  }

  private Program image(Optional<Program.RequiredSignature> signature) throws CommandFailure {
    String words = started.image;
    try {
      return switch (ImageReference.parse(words)) {
        case ImageReference.Layout(Path directory, Optional<Digest> digest) ->
            new Program.Image(words, () -> OciLayout.open(directory), digest, signature);
        case ImageReference.Archive(Path file) ->
            new Program.Image(words, () -> DockerArchive.open(file), Optional.empty(), signature);
        case ImageReference.InRegistry r ->
            new Program.Image(
                words,
                () ->
                    RegistryImage.of(
                        r, ImageSignatureOptions.credentials(registryAuth, r.repository())),
                Optional.of(r.digest()),
                signature);
      };
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--image: " + e.getMessage());
    }
  }
}
