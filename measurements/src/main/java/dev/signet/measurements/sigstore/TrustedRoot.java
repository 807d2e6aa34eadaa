// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import dev.sigstore.encryption.certificates.Certificates;
import dev.sigstore.fulcio.client.FulcioVerificationException;
import dev.sigstore.fulcio.client.FulcioVerifier;
import dev.sigstore.rekor.client.ImmutableInclusionProof;
import dev.sigstore.rekor.client.ImmutableRekorEntry;
import dev.sigstore.rekor.client.ImmutableVerification;
import dev.sigstore.rekor.client.RekorEntry;
import dev.sigstore.rekor.client.RekorParseException;
import dev.sigstore.rekor.client.RekorVerificationException;
import dev.sigstore.rekor.client.RekorVerifier;
import dev.sigstore.timestamp.client.ImmutableTimestampResponse;
import dev.sigstore.timestamp.client.TimestampVerificationException;
import dev.sigstore.timestamp.client.TimestampVerifier;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import dev.sigstore.trustroot.TransparencyLog;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;

/**
 * Whose certificates, logs and timestamps are believed: a {@code trusted_root.json} of the public
 * Sigstore or of a private one, from a file, never from the network. The one place that has
 * Sigstore Java check something; nothing that it throws gets out of here but as a refusal.
 */
public final class TrustedRoot {
  /** Bytes of a trusted root. */
  public static final int MAX_BYTES = 256 * 1024;

  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";

  private final Digest digest;
  private final SigstoreTrustedRoot root;
  private final FulcioVerifier fulcio;
  private final RekorVerifier rekor;
  private final TimestampVerifier timestamps;

  private TrustedRoot(Digest digest, SigstoreTrustedRoot root) throws GeneralSecurityException {
    this.digest = digest;
    this.root = root;
    this.fulcio = FulcioVerifier.newFulcioVerifier(root);
    this.rekor = RekorVerifier.newRekorVerifier(root);
    this.timestamps = TimestampVerifier.newTimestampVerifier(root);
    for (TransparencyLog log : root.getTLogs()) {
      log.getPublicKey().toJavaPublicKey(); // a key that cannot be used is told of now
    }
  }

  /**
   * @throws MalformedMessageException if anything in it is unknown, missing or not usable
   */
  public static TrustedRoot parse(byte[] json) throws MalformedMessageException {
    TrustedRootForm form = StrictJson.decode(json, TrustedRootForm.class, MAX_BYTES);
    try {
      return new TrustedRoot(Digest.hash(json), form.toSigstoreJava());
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("trusted root: " + e.getMessage(), e);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new MalformedMessageException(
          "trusted root: expected certificates and keys that can be used", e);
    }
  }

  /** SHA-256 of the file. */
  public Digest digest() {
    return digest;
  }

  /** That an authority issued it while it was one, and that a certificate log has it (SCT). */
  void requireIssued(SigningCertificate certificate) throws NotAuthenticException {
    try {
      fulcio.verifySigningCertificate(Certificates.toCertPath(certificate.x509()));
    } catch (FulcioVerificationException
        | GeneralSecurityException
        | IOException
        | RuntimeException e) {
      throw new NotAuthenticException(
          Flaw.CERTIFICATE_UNTRUSTED,
          "certificate: expected one that an authority of the trusted root issued and a log of it"
              + " has",
          e);
    }
  }

  /** That the entry is in the log: promise if there is one, inclusion proof and checkpoint. */
  void requireLogged(LogEntry entry) throws NotAuthenticException {
    try {
      RekorEntry rekorEntry = rekorEntry(entry);
      rekor.verifyEntry(rekorEntry);
      long signedSize =
          rekorEntry.getVerification().getInclusionProof().parsedCheckpoint().getSize();
      if (signedSize != entry.proof().treeSize()) {
        throw new NotAuthenticException(
            Flaw.LOG_UNTRUSTED,
            "checkpoint: expected a tree of " + entry.proof().treeSize() + ", got " + signedSize);
      }
    } catch (RekorVerificationException | RekorParseException | RuntimeException e) {
      throw new NotAuthenticException(
          Flaw.LOG_UNTRUSTED,
          "log entry: expected one that a log of the trusted root has and signed for",
          e);
    }
  }

  /** That the log was one at that time; the library does not ask. */
  void requireLogValid(LogEntry entry, Instant time) throws NotAuthenticException {
    if (TransparencyLog.find(root.getTLogs(), entry.logId().toArray(), time).isEmpty()) {
      throw new NotAuthenticException(
          Flaw.TIME_INVALID, "log: expected one that was in use at " + time);
    }
  }

  /**
   * The time in an RFC 3161 response over {@code signature} by an authority of the trusted root.
   *
   * @param response DER
   */
  Instant timestamp(Bytes response, Bytes signature) throws NotAuthenticException {
    try {
      TimeStampResponse parsed = new TimeStampResponse(response.toArray());
      if (parsed.getStatus() != PKIStatus.GRANTED
          && parsed.getStatus() != PKIStatus.GRANTED_WITH_MODS) {
        throw new NotAuthenticException(
            Flaw.TIME_INVALID, "timestamp: expected one that was granted");
      }
      timestamps.verify(
          ImmutableTimestampResponse.builder().encoded(response.toArray()).build(),
          signature.toArray());
      return parsed.getTimeStampToken().getTimeStampInfo().getGenTime().toInstant();
    } catch (TSPException | IOException | TimestampVerificationException | RuntimeException e) {
      throw new NotAuthenticException(
          Flaw.TIME_INVALID,
          "timestamp: expected one over this signature by an authority of the trusted root",
          e);
    }
  }

  private static RekorEntry rekorEntry(LogEntry entry) {
    Base64.Encoder base64 = Base64.getEncoder();
    return ImmutableRekorEntry.builder()
        .logIndex(entry.logIndex())
        .logID(entry.logId().toHex())
        .integratedTime(entry.integratedTime())
        .body(base64.encodeToString(entry.body().toArray()))
        .verification(
            ImmutableVerification.builder()
                .signedEntryTimestamp(
                    entry.promise() == null
                        ? null
                        : base64.encodeToString(entry.promise().toArray()))
                .inclusionProof(
                    ImmutableInclusionProof.builder()
                        .logIndex(entry.proof().index())
                        .rootHash(entry.proof().rootHash().toHex())
                        .treeSize(entry.proof().treeSize())
                        .hashes(entry.proof().hashes().stream().map(Bytes::toHex).toList())
                        .checkpoint(entry.proof().checkpoint())
                        .build())
                .build())
        .build();
  }

  @Override
  public String toString() {
    return "TrustedRoot[" + digest + "]";
  }
}
