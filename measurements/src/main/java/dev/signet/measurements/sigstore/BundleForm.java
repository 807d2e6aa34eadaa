// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A bundle's JSON (sigstore/protobuf-specs, sigstore_bundle.proto, sigstore_rekor.proto and
 * sigstore_common.proto in their JSON mapping). Every member that is not here is refused.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record BundleForm(
    String mediaType,
    Material verificationMaterial,
    Message messageSignature,
    Envelope dsseEnvelope) {

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Material(
      Raw certificate,
      Chain x509CertificateChain,
      KeyHint publicKey,
      List<Entry> tlogEntries,
      Timestamps timestampVerificationData) {}

  record Raw(String rawBytes) {}

  record Chain(List<Raw> certificates) {}

  record KeyHint(String hint) {}

  /** 64-bit numbers are text or, from some writers, numbers. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Entry(
      JsonNode logIndex,
      LogId logId,
      KindVersion kindVersion,
      JsonNode integratedTime,
      Promise inclusionPromise,
      Proof inclusionProof,
      String canonicalizedBody) {}

  record LogId(String keyId) {}

  record KindVersion(String kind, String version) {}

  record Promise(String signedEntryTimestamp) {}

  record Proof(
      JsonNode logIndex,
      String rootHash,
      JsonNode treeSize,
      List<String> hashes,
      Checkpoint checkpoint) {}

  record Checkpoint(String envelope) {}

  record Timestamps(List<Token> rfc3161Timestamps) {}

  record Token(String signedTimestamp) {}

  record Message(MessageDigest messageDigest, String signature) {}

  record MessageDigest(String algorithm, String digest) {}

  record Envelope(String payload, String payloadType, List<Signature> signatures) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Signature(String sig, String keyid) {}
}
