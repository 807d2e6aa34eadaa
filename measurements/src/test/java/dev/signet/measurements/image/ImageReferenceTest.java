// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @Test
  void readsTheThreeForms() {
    assertThat(ImageReference.parse("oci:build/image"))
        .isEqualTo(new ImageReference.Layout(Path.of("build/image"), Optional.empty()));
    assertThat(ImageReference.parse("oci:image@" + DIGEST))
        .isEqualTo(new ImageReference.Layout(Path.of("image"), Optional.of(Digest.parse(DIGEST))));
    assertThat(ImageReference.parse("docker-archive:/tmp/image.tar"))
        .isEqualTo(new ImageReference.Archive(Path.of("/tmp/image.tar")));
    assertThat(ImageReference.parse("docker://registry.example:5000/acme/agent@" + DIGEST))
        .isEqualTo(
            new ImageReference.InRegistry(
                "registry.example:5000", "acme/agent", Digest.parse(DIGEST)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oci:",
        "oci:image@latest",
        "oci:image@sha512:00",
        "docker-archive:",
        "docker://registry.example/acme/agent",
        "docker://registry.example/acme/agent:latest",
        "docker://registry.example@sha256:00",
        "docker://a..b/acme/agent@sha256:abababababababababababababababababababababababababababababababab",
        "docker:acme/agent",
        "image.tar",
        ""
      })
  void refusesOthers(String text) {
    assertThatThrownBy(() -> ImageReference.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }
}
