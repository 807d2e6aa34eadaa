// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where somebody says that an image is. */
public sealed interface ImageReference {
  /** {@code oci:DIRECTORY}, or {@code oci:DIRECTORY@sha256:…}. */
  record Layout(Path directory, Optional<Digest> digest) implements ImageReference {}

  /** {@code docker-archive:FILE}. */
  record Archive(Path file) implements ImageReference {}

  /**
   * {@code docker://REGISTRY/NAME@sha256:…}. The digest is what is measured: a tag would leave it
   * to the registry what CI signs.
   *
   * @param registry host, with port if it has one
   * @param name the repository's
   */
  record InRegistry(String registry, String name, Digest digest) implements ImageReference {
    private static final Pattern FORM =
        Pattern.compile("//" + Repository.FORM + "@(?<digest>sha256:[0-9a-f]{64})");

    public Repository repository() {
      return new Repository(registry, name);
    }
  }

  /**
   * Where a registry keeps images of one name, and what belongs to them: {@code REGISTRY/NAME}.
   *
   * @param registry host, with port if it has one
   * @param name the repository's
   */
  record Repository(String registry, String name) {
    private static final String FORM =
        "(?<registry>[a-z0-9][a-z0-9.-]{0,252}(?::[0-9]{1,5})?)"
            + "/(?<name>[a-z0-9][a-z0-9._/-]{0,254})";

    private static final Pattern PATTERN = Pattern.compile(FORM);

    /**
     * Reads the one form.
     *
     * @throws IllegalArgumentException if it is another, such as one with a tag or digest
     */
    public static Repository parse(String text) {
      Matcher form = PATTERN.matcher(text);
      if (!form.matches() || URI.create("https://" + form.group("registry")).getHost() == null) {
        throw new IllegalArgumentException("expected REGISTRY/NAME without a tag, got " + text);
      }
      return new Repository(form.group("registry"), form.group("name"));
    }
  }

  /**
   * Reads one of the three forms.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  static ImageReference parse(String text) {
    if (text.startsWith("oci:")) {
      String rest = text.substring("oci:".length());
      int at = rest.lastIndexOf('@');
      return at < 0
          ? new Layout(place(rest), Optional.empty())
          : new Layout(
              place(rest.substring(0, at)), Optional.of(Digest.parse(rest.substring(at + 1))));
    }
    if (text.startsWith("docker-archive:")) {
      return new Archive(place(text.substring("docker-archive:".length())));
    }
    if (text.startsWith("docker:")) {
      Matcher form = InRegistry.FORM.matcher(text.substring("docker:".length()));
      if (!form.matches() || URI.create("https://" + form.group("registry")).getHost() == null) {
        throw new IllegalArgumentException(
            "expected docker://REGISTRY/NAME@sha256:DIGEST, with the digest that the registry told"
                + " when the image was pushed, got "
                + text);
      }
      return new InRegistry(
          form.group("registry"), form.group("name"), Digest.parse(form.group("digest")));
    }
    throw new IllegalArgumentException(
        "expected oci:DIRECTORY, docker-archive:FILE or docker://REGISTRY/NAME@sha256:DIGEST, got "
            + text);
  }

  private static Path place(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("expected a directory or file after the colon");
    }
    return Path.of(text);
  }
}
