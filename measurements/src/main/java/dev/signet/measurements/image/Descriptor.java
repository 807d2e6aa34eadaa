// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Digest;
import java.util.Optional;

/** A reference to content (OCI image specification 1.1, {@code descriptor.md}). */
record Descriptor(
    String mediaType, Digest digest, long size, Optional<Platform> platform, boolean foreign) {

  /**
   * @throws IllegalArgumentException if it is none, or by another digest than SHA-256
   */
  static Descriptor of(JsonNode json) {
    JsonNode size = json.path("size");
    if (!json.path("mediaType").isTextual()
        || !json.path("digest").isTextual()
        || !size.isIntegralNumber()
        || !size.canConvertToLong()
        || size.asLong() < 0) {
      throw new IllegalArgumentException("expected mediaType, digest and size in each descriptor");
    }
    return new Descriptor(
        json.path("mediaType").asText(),
        Digest.parse(json.path("digest").asText()),
        size.asLong(),
        platform(json.path("platform")),
        json.has("urls"));
  }

  private static Optional<Platform> platform(JsonNode json) {
    if (!json.path("os").isTextual() || !json.path("architecture").isTextual()) {
      return Optional.empty();
    }
    return Optional.of(
        new Platform(
            json.path("os").asText(),
            json.path("architecture").asText(),
            json.path("variant").asText("")));
  }
}
