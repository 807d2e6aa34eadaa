// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.SigstoreBundle.Content;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * That a log entry is about this signature: otherwise any entry of the signer's would do, at
 * whatever time it was logged.
 */
final class LogEntryContent {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

  private final LogEntry entry;
  private final JsonNode spec;

  private LogEntryContent(LogEntry entry, JsonNode spec) {
    this.entry = entry;
    this.spec = spec;
  }

  /**
   * Who signed, as logs name him.
   *
   * @param certificate whether {@code der} is a certificate and not a SubjectPublicKeyInfo
   */
  record Verifier(boolean certificate, Bytes der) {
    private String pemLabel() {
      return certificate ? "CERTIFICATE" : "PUBLIC KEY";
    }

    private String member() {
      return certificate ? "x509Certificate" : "publicKey";
    }
  }

  static LogEntryContent of(LogEntry entry) throws NotAuthenticException {
    JsonNode body;
    try {
      body = StrictJson.tree(entry.body().toArray(), SigstoreBundle.MAX_BYTES);
    } catch (MalformedMessageException e) {
      throw new NotAuthenticException(
          Flaw.BUNDLE_MALFORMED, "canonicalizedBody: " + e.getMessage(), e);
    }
    if (!entry.kind().equals(body.path("kind").textValue())
        || !entry.version().equals(body.path("apiVersion").textValue())) {
      throw new NotAuthenticException(
          Flaw.LOG_ENTRY_MISMATCH, "log entry: expected the kind and version that its body has");
    }
    return new LogEntryContent(entry, body.path("spec"));
  }

  /** Whether the log signs the time itself (Rekor v1), and not only the tree (v2). */
  boolean timed() throws NotAuthenticException {
    if (entry.isKind("hashedrekord", "0.0.2")) {
      return false;
    }
    if (entry.isKind("hashedrekord", "0.0.1")
        || entry.isKind("dsse", "0.0.1")
        || entry.isKind("intoto", "0.0.2")) {
      return true;
    }
    throw new NotAuthenticException(
        Flaw.BUNDLE_UNSUPPORTED,
        "log entry: expected hashedrekord, dsse or intoto of a known version, got another");
  }

  /**
   * @param signed SHA-256 of the bytes that the signature is over
   */
  void requireAbout(Content content, Digest signed, Verifier verifier)
      throws NotAuthenticException {
    boolean same =
        switch (entry.kind() + ":" + entry.version()) {
          case "hashedrekord:0.0.1" ->
              content instanceof Content.Message && hashedRekordV1(content, signed, verifier);
          case "hashedrekord:0.0.2" -> hashedRekordV2(content, signed, verifier);
          case "dsse:0.0.1" -> content instanceof Content.Dsse dsse && dsse(dsse, verifier);
          case "intoto:0.0.2" -> content instanceof Content.Dsse dsse && intoto(dsse, verifier);
          default -> false;
        };
    if (!same) {
      throw new NotAuthenticException(
          Flaw.LOG_ENTRY_MISMATCH,
          "log entry: expected one about this content, signature and signer");
    }
  }

  private boolean hashedRekordV1(Content content, Digest signed, Verifier verifier) {
    JsonNode signature = spec.path("signature");
    return sha256(spec.path("data").path("hash"), signed)
        && is(signature.path("content"), content.signature())
        && isPem(signature.path("publicKey").path("content"), verifier);
  }

  private boolean hashedRekordV2(Content content, Digest signed, Verifier verifier) {
    JsonNode record = spec.path("hashedRekordV002");
    JsonNode signature = record.path("signature");
    return "SHA2_256".equals(record.path("data").path("algorithm").textValue())
        && is(record.path("data").path("digest"), Bytes.of(signed.toArray()))
        && is(signature.path("content"), content.signature())
        && is(signature.path("verifier").path(verifier.member()).path("rawBytes"), verifier.der());
  }

  private boolean dsse(Content.Dsse dsse, Verifier verifier) {
    JsonNode signatures = spec.path("signatures");
    return sha256(spec.path("payloadHash"), Digest.hash(dsse.payload().toArray()))
        && signatures.size() == 1
        && is(signatures.path(0).path("signature"), dsse.signature())
        && isPem(signatures.path(0).path("verifier"), verifier);
  }

  /** Made by old {@code cosign attest}; it has the signature in base64 twice. */
  private boolean intoto(Content.Dsse dsse, Verifier verifier) {
    JsonNode content = spec.path("content");
    JsonNode signatures = content.path("envelope").path("signatures");
    String once = BASE64.encodeToString(dsse.signature().toArray());
    return sha256(content.path("payloadHash"), Digest.hash(dsse.payload().toArray()))
        && dsse.payloadType().equals(content.path("envelope").path("payloadType").textValue())
        && signatures.size() == 1
        && is(signatures.path(0).path("sig"), Bytes.utf8(once))
        && isPem(signatures.path(0).path("publicKey"), verifier);
  }

  private static boolean sha256(JsonNode hash, Digest expected) {
    return "sha256".equals(hash.path("algorithm").textValue())
        && expected.toHex().equals(hash.path("value").textValue());
  }

  private static boolean is(JsonNode node, Bytes expected) {
    return BASE64.encodeToString(expected.toArray()).equals(node.textValue());
  }

  private static boolean isPem(JsonNode node, Verifier verifier) {
    if (!node.isTextual()) {
      return false;
    }
    try {
      String pem =
          new String(Base64.getDecoder().decode(node.textValue()), StandardCharsets.US_ASCII)
              .strip();
      String begin = "-----BEGIN " + verifier.pemLabel() + "-----";
      String end = "-----END " + verifier.pemLabel() + "-----";
      return pem.startsWith(begin)
          && pem.endsWith(end)
          && pem.length() > begin.length() + end.length()
          && pem.substring(begin.length(), pem.length() - end.length())
              .replaceAll("[\r\n]", "")
              .equals(BASE64.encodeToString(verifier.der().toArray()));
    } catch (IllegalArgumentException e) {
      return false; // not base64
    }
  }
}
