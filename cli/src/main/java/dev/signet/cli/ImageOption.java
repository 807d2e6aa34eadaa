// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.image.DockerArchive;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.ImageSource;
import dev.signet.measurements.image.LayoutCopy;
import dev.signet.measurements.image.OciLayout;
import dev.signet.measurements.image.Platform;
import dev.signet.measurements.image.registry.RegistryCredentials;
import dev.signet.measurements.image.registry.RegistryImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A container image to be measured. */
final class ImageOption {
  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description =
          "A container image: oci:DIRECTORY[@sha256:…], docker-archive:FILE, or"
              + " docker://REGISTRY/NAME@sha256:….")
  private String image;

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      description = "Which image of several, such as linux/amd64.")
  private String platform;

  @Option(
      names = "--registry-auth",
      paramLabel = "FILE",
      description = "Credentials for the registry, as docker login writes them.")
  private Path registryAuth;

  @Option(
      names = "--save-layout",
      paramLabel = "DIR",
      description = "Also write the image to a new OCI layout, to be started from.")
  private Path layout;

  /** Empty where no image was named. */
  Optional<ImageMeasurement.Measured> measure() throws IOException, CommandFailure {
    if (image == null) {
      if (platform != null || registryAuth != null || layout != null) {
        throw CommandFailure.usage(
            "--platform, --registry-auth, --save-layout: expected with --image only");
      }
      return Optional.empty();
    }
    ImageReference reference;
    ImageSelection selection;
    try {
      reference = ImageReference.parse(image);
      selection = selection(reference);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--image, --platform: " + e.getMessage());
    }
    if (layout != null && Files.exists(layout, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.usage("--save-layout: " + layout + " exists; choose another name");
    }
    try (ImageSource source = open(reference)) {
      switch (ImageRuler.measure(source, selection)) {
        case ImageMeasurement.Refused(ImageMeasurement.Reason reason, String detail) ->
            throw CommandFailure.refused(reason, image + ": " + detail);
        case ImageMeasurement.Measured measured -> {
          if (layout != null) {
            LayoutCopy.write(source, measured, layout);
          }
          return Optional.of(measured);
        }
      }
    }
  }

  private ImageSelection selection(ImageReference reference) {
    ImageSelection selection =
        switch (reference) {
          case ImageReference.Layout l ->
              l.digest().map(ImageSelection::of).orElse(ImageSelection.only());
          case ImageReference.Archive a -> ImageSelection.only();
          case ImageReference.InRegistry r -> ImageSelection.of(r.digest());
        };
    return platform == null ? selection : selection.on(Platform.parse(platform));
  }

  private ImageSource open(ImageReference reference) throws IOException {
    return switch (reference) {
      case ImageReference.Layout l -> OciLayout.open(l.directory());
      case ImageReference.Archive a -> DockerArchive.open(a.file());
      case ImageReference.InRegistry r ->
          RegistryImage.of(
              r,
              registryAuth == null
                  ? Optional.empty()
                  : RegistryCredentials.read(registryAuth, r.registry()));
    };
  }
}
