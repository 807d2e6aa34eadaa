// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.protocol.Digest;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Having a signature logged: the entry as a bundle carries it. */
final class RekorEntry {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

  private RekorEntry() {}

  /** Rekor v1 (sigstore/rekor, openapi.yaml, {@code POST /api/v1/log/entries}, kind dsse). */
  static JsonNode version1(ServiceCalls calls, URI rekor, ObjectNode envelope, byte[] certificate)
      throws IOException, InterruptedException {
    byte[] pem = EphemeralKey.pem("CERTIFICATE", certificate).getBytes(StandardCharsets.US_ASCII);
    Object request =
        Map.of(
            "apiVersion",
            "0.0.1",
            "kind",
            "dsse",
            "spec",
            Map.of(
                "proposedContent",
                Map.of(
                    "envelope",
                    new String(StrictJson.encode(envelope), StandardCharsets.UTF_8),
                    "verifiers",
                    List.of(BASE64.encodeToString(pem)))));
    URI url = ServiceCalls.below(rekor, "/api/v1/log/entries");
    JsonNode answer = calls.postJson(url, request);
    if (answer.size() != 1) {
      throw new IOException(url + ": expected one entry, got " + answer.size());
    }
    try {
      return bundled(answer.elements().next());
    } catch (IllegalArgumentException e) {
      throw new IOException(url + ": expected an entry with its proofs: " + e.getMessage(), e);
    }
  }

  /** Rekor v2 (sigstore/rekor-tiles, {@code POST /api/v2/log/entries}). */
  static JsonNode version2(
      ServiceCalls calls, URI rekor, byte[] signed, byte[] signature, byte[] certificate)
      throws IOException, InterruptedException {
    MessageDigest sha256 = Digest.sha256();
    Object request =
        Map.of(
            "hashedRekordRequestV002",
            Map.of(
                "digest",
                BASE64.encodeToString(sha256.digest(signed)),
                "signature",
                Map.of(
                    "content",
                    BASE64.encodeToString(signature),
                    "verifier",
                    Map.of(
                        "x509Certificate",
                        Map.of("rawBytes", BASE64.encodeToString(certificate)),
                        "keyDetails",
                        "PKIX_ECDSA_P256_SHA_256"))));
    return calls.postJson(ServiceCalls.below(rekor, "/api/v2/log/entries"), request);
  }

  /** Version 1 answers in hexadecimal and under other names than a bundle has. */
  private static JsonNode bundled(JsonNode entry) {
    JsonNode verification = entry.path("verification");
    JsonNode proof = verification.path("inclusionProof");
    ObjectNode bundled = JsonNodeFactory.instance.objectNode();
    bundled.put("logIndex", entry.path("logIndex").asText());
    bundled.putObject("logId").put("keyId", base64(entry.path("logID").asText()));
    bundled.putObject("kindVersion").put("kind", "dsse").put("version", "0.0.1");
    bundled.put("integratedTime", entry.path("integratedTime").asText());
    bundled
        .putObject("inclusionPromise")
        .put("signedEntryTimestamp", verification.path("signedEntryTimestamp").asText());
    ObjectNode bundledProof = bundled.putObject("inclusionProof");
    bundledProof.put("logIndex", proof.path("logIndex").asText());
    bundledProof.put("rootHash", base64(proof.path("rootHash").asText()));
    bundledProof.put("treeSize", proof.path("treeSize").asText());
    ArrayNode hashes = bundledProof.putArray("hashes");
    proof.path("hashes").forEach(hash -> hashes.add(base64(hash.asText())));
    bundledProof.putObject("checkpoint").put("envelope", proof.path("checkpoint").asText());
    bundled.put("canonicalizedBody", entry.path("body").asText());
    return bundled;
  }

  private static String base64(String hex) {
    return BASE64.encodeToString(HexFormat.of().parseHex(hex));
  }
}
