// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a quote's {@code extraData} binds (DESIGN section 2.6):
 *
 * <pre>
 * input     = "signet-evidence-v1" || 00 || purpose || nonce(32) || SHA-256(verifier id)
 *             || SHA-256(AK Name) || for each part: u32 length || bytes
 * extraData = SHA-256(input)
 * </pre>
 *
 * The request key's proof of possession is an ECDSA-SHA256 signature over the same input.
 */
public final class EvidenceInput {
  private static final byte[] DOMAIN = "signet-evidence-v1\0".getBytes(StandardCharsets.US_ASCII);

  private EvidenceInput() {}

  /**
   * @param nonce 32 bytes, as the verifier gave it
   * @param parts as received, in the order that {@code docs/protocol.md} fixes for the purpose
   */
  public static byte[] of(
      Purpose purpose, Bytes nonce, String verifierId, Bytes akName, byte[]... parts) {
    if (nonce.size() != Limits.NONCE_BYTES) {
      throw new IllegalArgumentException("expected a nonce of 32 bytes, got " + nonce.size());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(DOMAIN);
    out.write(purpose.code());
    out.writeBytes(nonce.toArray());
    out.writeBytes(Digest.hash(verifierId.getBytes(StandardCharsets.UTF_8)).toArray());
    out.writeBytes(Digest.hash(akName.toArray()).toArray());
    for (byte[] part : parts) {
      out.writeBytes(ByteBuffer.allocate(4).putInt(part.length).array());
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** The input of an enrolment's quote. */
  public static byte[] forEnrollment(
      Bytes nonce, String verifierId, Bytes akName, Bytes akPublic, Bytes akParentPublic) {
    return of(
        Purpose.ENROL, nonce, verifierId, akName, akPublic.toArray(), akParentPublic.toArray());
  }

  /** About keys beside the request key; the purpose says which of the two it can be. */
  private static byte[] otherKey(AttestationRequest evidence) {
    if (evidence.lease() != null) {
      return evidence.lease().part();
    }
    return evidence.sealedKey() == null ? new byte[0] : evidence.sealedKey().point();
  }

  /** The input of the quote (and, for {@link Purpose#ATTEST}, of the proof) of {@code evidence}. */
  public static byte[] forAttestation(AttestationRequest evidence, String verifierId) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(evidence.agent().value().getBytes(StandardCharsets.UTF_8));
    parts.add(evidence.launch().value().getBytes(StandardCharsets.UTF_8));
    parts.add(evidence.log().toArray());
    parts.add(evidence.statement().toArray());
    parts.add(evidence.requestKey().point());
    parts.add(evidence.keyProtection().wireName().getBytes(StandardCharsets.UTF_8));
    parts.add(evidence.sessionNonce() == null ? new byte[0] : evidence.sessionNonce().toArray());
    parts.add(otherKey(evidence));
    parts.addAll(evidence.logs().parts());
    return of(
        evidence.purpose(),
        evidence.nonce(),
        verifierId,
        evidence.akName(),
        parts.toArray(byte[][]::new));
  }
}
