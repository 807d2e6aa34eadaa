// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Fault;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The manifest of something that lies beside an image (OCI image specification 1.1, {@code
 * manifest.md}).
 *
 * @param artifactType empty if it does not say what it is
 * @param subject of what manifest it says that it belongs to
 */
record SignatureManifest(
    Optional<String> artifactType, Optional<Digest> subject, List<Part> layers) {
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";

  /**
   * A descriptor. Its {@code urls} are never looked at.
   *
   * @param type its {@code artifactType}, or empty
   */
  record Part(
      String mediaType,
      Digest digest,
      long size,
      Optional<String> type,
      Map<String, String> annotations) {}

  static SignatureManifest parse(byte[] bytes, SignatureLimits limits)
      throws RejectedSignatureException {
    JsonNode json = document(bytes, Fault.BAD_SIGNATURE_MANIFEST);
    JsonNode type = json.path("mediaType");
    if (json.has("manifests")
        || !json.path("layers").isArray()
        || !(type.isMissingNode()
            || MANIFEST.equals(type.textValue())
            || DOCKER_MANIFEST.equals(type.textValue()))) {
      throw bad("expected a manifest with layers, and no member of another kind of document");
    }
    if (json.path("layers").size() > limits.layers()) {
      throw bad("expected at most " + limits.layers() + " layers");
    }
    try {
      JsonNode subject = json.path("subject");
      return new SignatureManifest(
          Optional.ofNullable(json.path("artifactType").textValue()),
          subject.isMissingNode() ? Optional.empty() : Optional.of(part(subject).digest()),
          parts(json.path("layers")));
    } catch (IllegalArgumentException e) {
      throw bad(e.getMessage());
    }
  }

  /** What an index lists, such as a page of referrers. */
  static List<Part> index(byte[] bytes) throws RejectedSignatureException {
    JsonNode json = document(bytes, Fault.BAD_SIGNATURE_LISTING);
    JsonNode type = json.path("mediaType");
    if (!json.path("manifests").isArray()
        || json.has("layers")
        || json.has("config")
        || !(type.isMissingNode() || INDEX.equals(type.textValue()))) {
      throw RejectedSignatureException.notAuthentic(
          Fault.BAD_SIGNATURE_LISTING, "expected an index of manifests, got something else");
    }
    try {
      return parts(json.path("manifests"));
    } catch (IllegalArgumentException e) {
      throw RejectedSignatureException.notAuthentic(Fault.BAD_SIGNATURE_LISTING, e.getMessage());
    }
  }

  private static JsonNode document(byte[] bytes, Fault fault) throws RejectedSignatureException {
    try {
      JsonNode json = StrictJson.tree(bytes, bytes.length);
      if (json.isObject() && json.path("schemaVersion").asInt() == 2) {
        return json;
      }
      throw RejectedSignatureException.notAuthentic(fault, "expected schemaVersion 2");
    } catch (MalformedMessageException e) {
      throw RejectedSignatureException.notAuthentic(fault, e.getMessage());
    }
  }

  private static List<Part> parts(JsonNode list) {
    List<Part> parts = new ArrayList<>();
    list.forEach(one -> parts.add(part(one)));
    return parts;
  }

  private static Part part(JsonNode json) {
    JsonNode size = json.path("size");
    if (!json.path("mediaType").isTextual()
        || !json.path("digest").isTextual()
        || !size.isIntegralNumber()
        || !size.canConvertToLong()
        || size.asLong() < 0) {
      throw new IllegalArgumentException("expected mediaType, digest and size in each descriptor");
    }
    Map<String, String> annotations = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : json.path("annotations").properties()) {
      if (!each.getValue().isTextual()) {
        throw new IllegalArgumentException("annotations: expected text");
      }
      annotations.put(each.getKey(), each.getValue().textValue());
    }
    return new Part(
        json.path("mediaType").textValue(),
        Digest.parse(json.path("digest").textValue()),
        size.asLong(),
        Optional.ofNullable(json.path("artifactType").textValue()),
        annotations);
  }

  private static RejectedSignatureException bad(String why) {
    return RejectedSignatureException.notAuthentic(Fault.BAD_SIGNATURE_MANIFEST, why);
  }
}
