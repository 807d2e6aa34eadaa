// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import dev.signet.measurements.image.registry.TestRegistry;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.measurements.sigstore.TestKeys;
import dev.signet.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.List;

/** What cosign leaves beside an image, in each of its forms. */
public final class SignedImage {
  private static final String EMPTY = "application/vnd.oci.empty.v1+json";

  private SignedImage() {}

  /** The statement of {@code cosign sign}: its subject has no name. */
  public static byte[] cosignStatement(Digest image) {
    return statement(image, ImageSignaturePolicy.COSIGN_SIGN);
  }

  public static byte[] statement(Digest image, String predicateType) {
    return bytes(
        """
        {"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"%s"}}],\
        "predicateType":"%s","predicate":{}}"""
            .formatted(image.toHex(), predicateType));
  }

  /** What {@code cosign sign} signed before version 3. */
  public static byte[] simplePayload(Digest image) {
    return bytes(
        """
        {"critical":{"identity":{"docker-reference":"registry.test/acme/agent"},\
        "image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},\
        "optional":null}"""
            .formatted(image));
  }

  /** Pushes a bundle as cosign 3 does; returns its descriptor for a list. */
  public static String push(TestRegistry registry, Digest subject, byte[] bundle) {
    return push(registry, subject, bundle, SigstoreBundle.MEDIA_TYPE, SigstoreBundle.MEDIA_TYPE);
  }

  static String push(
      TestRegistry registry, Digest subject, byte[] bundle, String artifactType, String layerType) {
    byte[] manifest = manifest(registry, subject, bundle, artifactType, layerType);
    registry.put(manifest);
    return described(manifest, SigstoreBundle.MEDIA_TYPE);
  }

  static byte[] manifest(
      TestRegistry registry, Digest subject, byte[] bundle, String artifactType, String layerType) {
    registry.put(bytes("{}"));
    registry.put(bundle);
    return bytes(
        """
        {"schemaVersion":2,"mediaType":"%s","artifactType":"%s","config":%s,"layers":[%s],\
        "subject":{"mediaType":"%s","digest":"%s","size":7},\
        "annotations":{"dev.sigstore.bundle.content":"dsse-envelope"}}"""
            .formatted(
                TestRegistry.MANIFEST,
                artifactType,
                descriptor(bytes("{}"), EMPTY, ""),
                descriptor(bundle, layerType, ""),
                TestRegistry.MANIFEST,
                subject));
  }

  static String described(byte[] manifest, String artifactType) {
    return descriptor(
        manifest, TestRegistry.MANIFEST, ",\"artifactType\":\"" + artifactType + "\"");
  }

  /** A manifest as cosign's old tags have it. */
  static byte[] oldManifest(TestRegistry registry, List<String> layers) {
    registry.put(bytes("{}"));
    return bytes(
        """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
            .formatted(
                TestRegistry.MANIFEST,
                descriptor(bytes("{}"), "application/vnd.oci.image.config.v1+json", ""),
                String.join(",", layers)));
  }

  /** A layer of {@code sha256-….sig}. */
  static String simpleLayer(TestRegistry registry, byte[] payload, byte[] signature, String more) {
    registry.put(payload);
    return descriptor(
        payload,
        SimpleSigning.MEDIA_TYPE,
        ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\""
            + TestKeys.base64(signature)
            + "\""
            + more
            + "}");
  }

  static String simpleLayer(TestRegistry registry, byte[] payload, KeyPair key) {
    return simpleLayer(registry, payload, TestKeys.sign(key, payload), "");
  }

  static String descriptor(byte[] content, String mediaType, String more) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(mediaType, Digest.hash(content), content.length, more);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
