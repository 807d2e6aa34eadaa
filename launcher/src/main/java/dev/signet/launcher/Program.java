// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.measurements.image.ImageSource;
import dev.signet.measurements.image.signature.ImageSignatureVerification;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What an agent is started from. */
public sealed interface Program {
  /**
   * Any executable JAR, or one with others after it on the class path.
   *
   * @param classPath in the order that the reference statement has; may be empty
   */
  record Jar(Path file, List<Path> classPath) implements Program {
    public Jar {
      classPath = List.copyOf(classPath);
    }

    /** A JAR that is complete. */
    public Jar(Path file) {
      this(file, List.of());
    }
  }

  /**
   * A container image.
   *
   * @param name for people
   * @param place where its parts are; nothing that it gives is believed
   * @param manifest its digest, if somebody named it; which image is started is told by the
   *     reference statement, and must be this one
   * @param signature that it must have in a registry besides, if that was asked for
   */
  record Image(
      String name, Place place, Optional<Digest> manifest, Optional<RequiredSignature> signature)
      implements Program {}

  /** Looks for an image's signature. */
  @FunctionalInterface
  interface RequiredSignature {
    /**
     * @param manifest digest of the image that the reference statement names
     * @throws IOException if the registry cannot be asked
     */
    ImageSignatureVerification verify(Digest manifest, Instant now) throws IOException;
  }

  /** Opens an image's source when it is needed; it is closed once the image is unpacked. */
  @FunctionalInterface
  interface Place {
    ImageSource open() throws IOException;
  }
}
