// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Sigstore bundle as it came: nothing in it is verified. Stricter than the specification: unknown
 * members, more than one log entry and more than one signature are refused.
 *
 * @param certificate the signing certificate in DER; empty if the signer is named by a key
 * @param timestamps RFC 3161 responses in DER
 */
public record SigstoreBundle(
    Optional<Bytes> certificate,
    Optional<LogEntryMaterial> entry,
    List<Bytes> timestamps,
    Content content) {
  /** Bytes of a bundle that is no reference statement. */
  public static final int MAX_BYTES = 1 << 20;

  /** Of the version that is written here. */
  public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private static final Set<String> MEDIA_TYPES =
      Set.of(
          "application/vnd.dev.sigstore.bundle+json;version=0.1",
          "application/vnd.dev.sigstore.bundle+json;version=0.2",
          "application/vnd.dev.sigstore.bundle+json;version=0.3",
          MEDIA_TYPE);
  private static final int MAX_TIMESTAMPS = 8;
  private static final int MAX_TOKEN_BYTES = 16 * 1024;
  private static final int MAX_CERTIFICATE_BYTES = 16 * 1024;
  private static final int MAX_SIGNATURE_BYTES = 512;
  private static final int MAX_CHECKPOINT_CHARS = 16 * 1024;
  private static final int HASH_BYTES = 32;

  /** A log entry, to be looked at by {@link BundleVerifier} only. */
  public static final class LogEntryMaterial {
    private final LogEntry entry;

    private LogEntryMaterial(LogEntry entry) {
      this.entry = entry;
    }

    LogEntry entry() {
      return entry;
    }
  }

  /** What the signature is over. */
  public sealed interface Content {
    Bytes signature();

    /** A DSSE envelope with its one signature. */
    record Dsse(String payloadType, Bytes payload, Bytes signature) implements Content {}

    /** An artifact that is not in the bundle; SHA-256 of it. */
    record Message(Bytes digest, Bytes signature) implements Content {}
  }

  /** Whether something says that it is a bundle of a version that is read here. */
  public static boolean isMediaType(String type) {
    return MEDIA_TYPES.contains(type);
  }

  /** Whether {@code json} wants to be a bundle and not, say, a DSSE envelope. */
  public static boolean looksLikeOne(JsonNode json) {
    return json.has("mediaType");
  }

  /**
   * @param maxBytes checked before anything is parsed
   */
  public static SigstoreBundle parse(byte[] json, int maxBytes) throws MalformedMessageException {
    BundleForm form = StrictJson.decode(json, BundleForm.class, maxBytes);
    try {
      return of(form);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(e.getMessage(), e);
    }
  }

  /**
   * Who the certificate says has signed. Nobody has checked it.
   *
   * @throws MalformedMessageException if there is no certificate that names somebody
   */
  public SignerIdentity claimedSigner() throws MalformedMessageException {
    if (certificate.isEmpty()) {
      throw new MalformedMessageException("expected a certificate, got a key's hint");
    }
    try {
      SigningCertificate claimed = SigningCertificate.parse(certificate.get().toArray());
      return SignerIdentity.of(claimed.issuer(), claimed.identity());
    } catch (NotAuthenticException | IllegalArgumentException e) {
      throw new MalformedMessageException(e.getMessage(), e);
    }
  }

  private static SigstoreBundle of(BundleForm form) {
    if (!MEDIA_TYPES.contains(present(form.mediaType(), "mediaType"))) {
      throw new IllegalArgumentException(
          "mediaType: expected a bundle of version 0.1 to 0.3, got another");
    }
    BundleForm.Material material = present(form.verificationMaterial(), "verificationMaterial");
    List<BundleForm.Entry> entries = orEmpty(material.tlogEntries());
    if (entries.size() > 1) {
      // The library looks at the first and keeps silent about the others.
      throw new IllegalArgumentException(
          "tlogEntries: expected at most one, got " + entries.size());
    }
    List<BundleForm.Token> tokens =
        material.timestampVerificationData() == null
            ? List.of()
            : orEmpty(material.timestampVerificationData().rfc3161Timestamps());
    if (tokens.size() > MAX_TIMESTAMPS) {
      throw new IllegalArgumentException(
          "rfc3161Timestamps: expected at most " + MAX_TIMESTAMPS + ", got " + tokens.size());
    }
    return new SigstoreBundle(
        certificate(material),
        entries.stream().findFirst().map(e -> new LogEntryMaterial(entry(present(e, "entry")))),
        tokens.stream()
            .map(
                t ->
                    StrictBase64.decode(
                        present(t, "timestamp").signedTimestamp(), "timestamp", MAX_TOKEN_BYTES))
            .toList(),
        content(form));
  }

  private static Optional<Bytes> certificate(BundleForm.Material material) {
    int named =
        (material.certificate() == null ? 0 : 1)
            + (material.x509CertificateChain() == null ? 0 : 1)
            + (material.publicKey() == null ? 0 : 1);
    if (named != 1) {
      throw new IllegalArgumentException(
          "verificationMaterial: expected either a certificate or a key, got " + named);
    }
    if (material.publicKey() != null) {
      return Optional.empty();
    }
    BundleForm.Raw raw = material.certificate();
    if (raw == null) {
      List<BundleForm.Raw> chain = orEmpty(material.x509CertificateChain().certificates());
      if (chain.size() != 1) {
        throw new IllegalArgumentException(
            "x509CertificateChain: expected the signer's certificate alone, got " + chain.size());
      }
      raw = present(chain.getFirst(), "certificate");
    }
    return Optional.of(StrictBase64.decode(raw.rawBytes(), "certificate", MAX_CERTIFICATE_BYTES));
  }

  private static LogEntry entry(BundleForm.Entry form) {
    BundleForm.KindVersion kind = present(form.kindVersion(), "kindVersion");
    BundleForm.Proof proof = present(form.inclusionProof(), "inclusionProof");
    String checkpoint =
        present(present(proof.checkpoint(), "checkpoint").envelope(), "checkpoint.envelope");
    if (checkpoint.length() > MAX_CHECKPOINT_CHARS) {
      throw new IllegalArgumentException("checkpoint: expected a shorter one");
    }
    List<String> hashes = orEmpty(proof.hashes());
    if (hashes.size() > Long.SIZE) {
      throw new IllegalArgumentException("hashes: expected at most 64, got " + hashes.size());
    }
    return new LogEntry(
        number(form.logIndex(), "logIndex"),
        StrictBase64.decode(present(form.logId(), "logId").keyId(), "logId", HASH_BYTES),
        present(kind.kind(), "kind"),
        present(kind.version(), "version"),
        number(form.integratedTime(), "integratedTime"),
        form.inclusionPromise() == null
            ? null
            : StrictBase64.decode(
                form.inclusionPromise().signedEntryTimestamp(),
                "signedEntryTimestamp",
                MAX_SIGNATURE_BYTES),
        new LogEntry.Proof(
            number(proof.logIndex(), "inclusionProof.logIndex"),
            hash(proof.rootHash(), "rootHash"),
            number(proof.treeSize(), "treeSize"),
            hashes.stream().map(h -> hash(h, "hashes")).toList(),
            checkpoint),
        StrictBase64.decode(form.canonicalizedBody(), "canonicalizedBody", MAX_BYTES));
  }

  private static Content content(BundleForm form) {
    if ((form.messageSignature() == null) == (form.dsseEnvelope() == null)) {
      throw new IllegalArgumentException(
          "expected either messageSignature or dsseEnvelope, got both or none");
    }
    if (form.dsseEnvelope() != null) {
      BundleForm.Envelope dsse = form.dsseEnvelope();
      List<BundleForm.Signature> signatures = orEmpty(dsse.signatures());
      if (signatures.size() != 1) {
        throw new IllegalArgumentException(
            "signatures: expected exactly one, got " + signatures.size());
      }
      return new Content.Dsse(
          present(dsse.payloadType(), "payloadType"),
          StrictBase64.decode(dsse.payload(), "payload", MAX_BYTES),
          StrictBase64.decode(
              present(signatures.getFirst(), "signature").sig(), "sig", MAX_SIGNATURE_BYTES));
    }
    BundleForm.Message message = form.messageSignature();
    BundleForm.MessageDigest digest = present(message.messageDigest(), "messageDigest");
    if (!"SHA2_256".equals(digest.algorithm())) {
      throw new IllegalArgumentException("messageDigest: expected SHA2_256, got another");
    }
    return new Content.Message(
        hash(digest.digest(), "digest"),
        StrictBase64.decode(message.signature(), "signature", MAX_SIGNATURE_BYTES));
  }

  private static Bytes hash(String text, String name) {
    Bytes hash = StrictBase64.decode(text, name, HASH_BYTES);
    if (hash.size() != HASH_BYTES) {
      throw new IllegalArgumentException(name + ": expected 32 bytes, got " + hash.size());
    }
    return hash;
  }

  private static long number(JsonNode node, String name) {
    if (node == null || node.isNull()) {
      return 0; // the JSON mapping leaves zeros out
    }
    if (node.isTextual()
        ? node.textValue().matches("0|[1-9][0-9]{0,17}")
        : node.canConvertToLong()) {
      long value = node.isTextual() ? Long.parseLong(node.textValue()) : node.longValue();
      if ((node.isTextual() || node.isIntegralNumber()) && value >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException(name + ": expected a whole number of 0 or more");
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : list;
  }

  private static <T> T present(T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": expected a value, got nothing");
    }
    return value;
  }
}
