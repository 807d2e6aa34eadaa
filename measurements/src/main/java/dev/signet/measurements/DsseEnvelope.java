// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.util.Base64;
import java.util.List;

/**
 * A DSSE envelope (secure-systems-lab/dsse v1.0, protocol and JSON envelope) as it came: nothing in
 * it is verified. Stricter than the specification, which lets consumers ignore unknown members.
 *
 * @param payload the bytes that were signed, as they were received
 */
public record DsseEnvelope(String payloadType, Bytes payload, List<Signature> signatures) {
  /** Signatures that are looked at; an envelope with more is refused. */
  public static final int MAX_SIGNATURES = 8;

  private static final int MAX_SIGNATURE_BYTES = 512;
  private static final int MAX_NAME_CHARS = 255;

  /**
   * One signature over the {@link PreAuthenticationEncoding}.
   *
   * @param keyid a hint that nobody signed, or empty
   */
  public record Signature(String keyid, Bytes sig) {
    public Signature {
      if (keyid.length() > MAX_NAME_CHARS) {
        throw new IllegalArgumentException("keyid: expected at most 255 characters");
      }
      if (sig.size() == 0 || sig.size() > MAX_SIGNATURE_BYTES) {
        throw new IllegalArgumentException("sig: expected 1 to 512 bytes, got " + sig.size());
      }
    }
  }

  public DsseEnvelope {
    if (payloadType.isEmpty() || payloadType.length() > MAX_NAME_CHARS) {
      throw new IllegalArgumentException("payloadType: expected 1 to 255 characters");
    }
    if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
      throw new IllegalArgumentException(
          "signatures: expected 1 to " + MAX_SIGNATURES + ", got " + signatures.size());
    }
    signatures = List.copyOf(signatures);
  }

  /** Parses one envelope of at most {@link Limits#STATEMENT_BYTES} bytes. */
  public static DsseEnvelope parse(byte[] json) throws MalformedMessageException {
    Form form = StrictJson.decode(json, Form.class, Limits.STATEMENT_BYTES);
    try {
      return new DsseEnvelope(
          present(form.payloadType(), "payloadType"),
          base64(form.payload(), "payload"),
          present(form.signatures(), "signatures").stream()
              .map(s -> present(s, "signatures"))
              .map(s -> new Signature(s.keyid() == null ? "" : s.keyid(), base64(s.sig(), "sig")))
              .toList());
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(e.getMessage(), e);
    }
  }

  /** The envelope in a bundle that names its signer by a key. */
  static DsseEnvelope of(SigstoreBundle bundle) throws MalformedMessageException {
    if (!(bundle.content()
        instanceof SigstoreBundle.Content.Dsse(String type, Bytes payload, Bytes signature))) {
      throw new MalformedMessageException(
          "expected a statement in a DSSE envelope, got a signature over a file");
    }
    try {
      return new DsseEnvelope(type, payload, List.of(new Signature("", signature)));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(e.getMessage(), e);
    }
  }

  /** Compact UTF-8 JSON in standard base64, which every other DSSE tool reads. */
  public byte[] encode() {
    Base64.Encoder encoder = Base64.getEncoder();
    return StrictJson.encode(
        new Form(
            payloadType,
            encoder.encodeToString(payload.toArray()),
            signatures.stream()
                .map(s -> new SignatureForm(s.keyid(), encoder.encodeToString(s.sig().toArray())))
                .toList()));
  }

  /** The bytes that the signatures are over. */
  public byte[] signedBytes() {
    return PreAuthenticationEncoding.of(payloadType, payload.toArray());
  }

  /** Standard or URL alphabet, padded or not, as the specification has it; otherwise canonical. */
  private static Bytes base64(String text, String name) {
    present(text, name);
    String bare = text.endsWith("==") ? cut(text, 2) : text.endsWith("=") ? cut(text, 1) : text;
    boolean padded = bare.length() != text.length();
    boolean url = bare.indexOf('-') >= 0 || bare.indexOf('_') >= 0;
    try {
      byte[] value = (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(bare);
      Base64.Encoder encoder = url ? Base64.getUrlEncoder() : Base64.getEncoder();
      if ((padded ? encoder : encoder.withoutPadding()).encodeToString(value).equals(text)) {
        return Bytes.of(value);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": expected base64", e);
    }
    throw new IllegalArgumentException(name + ": expected canonical base64");
  }

  private static String cut(String text, int chars) {
    return text.substring(0, text.length() - chars);
  }

  private static <T> T present(T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": expected a value, got nothing");
    }
    return value;
  }

  private record Form(String payloadType, String payload, List<SignatureForm> signatures) {}

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private record SignatureForm(String keyid, String sig) {}
}
