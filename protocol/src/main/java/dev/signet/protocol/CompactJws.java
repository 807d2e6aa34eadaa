// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.nio.charset.StandardCharsets;

/**
 * A JWS in compact form (RFC 7515), ES256 only, with a fixed {@code typ}. Parsing checks the form;
 * the signature is the caller's to check, over {@link #signingInput()}, with a key that it trusts
 * for this {@code typ}.
 */
public final class CompactJws {
  /** The protected header: exactly these three members. */
  public record Header(String alg, String typ, String kid) {
    public Header {
      if (!"ES256".equals(alg)) {
        throw new IllegalArgumentException("expected alg ES256");
      }
      if (typ == null || kid == null || kid.isEmpty() || kid.length() > 128) {
        throw new IllegalArgumentException("expected typ and kid");
      }
    }
  }

  private final Header header;
  private final byte[] payload;
  private final byte[] signature;
  private final byte[] signingInput;

  private CompactJws(Header header, byte[] payload, byte[] signature, byte[] signingInput) {
    this.header = header;
    this.payload = payload;
    this.signature = signature;
    this.signingInput = signingInput;
  }

  /**
   * @param typ the only {@code typ} accepted
   * @param maxChars a bound from {@link Limits}
   */
  public static CompactJws parse(String text, String typ, int maxChars)
      throws MalformedMessageException {
    if (text.length() > maxChars) {
      throw new MalformedMessageException(
          "expected a JWS of at most " + maxChars + " characters, got " + text.length());
    }
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (first < 0 || second < 0 || text.indexOf('.', second + 1) >= 0) {
      throw new MalformedMessageException("expected a compact JWS of three parts");
    }
    try {
      byte[] headerJson = Bytes.fromBase64Url(text.substring(0, first)).toArray();
      Header header = StrictJson.decode(headerJson, Header.class, 1024);
      if (!header.typ().equals(typ)) {
        throw new MalformedMessageException("expected a JWS of typ " + typ);
      }
      byte[] payload = Bytes.fromBase64Url(text.substring(first + 1, second)).toArray();
      byte[] signature = Bytes.fromBase64Url(text.substring(second + 1)).toArray();
      if (signature.length != 64) {
        throw new MalformedMessageException("expected an ES256 signature of 64 bytes");
      }
      byte[] input = text.substring(0, second).getBytes(StandardCharsets.US_ASCII);
      return new CompactJws(header, payload, signature, input);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("JWS: " + e.getMessage(), e);
    }
  }

  /** The bytes to be signed for {@code payload}; {@link #assemble} adds the signature. */
  public static String signingInput(String typ, String kid, byte[] payload) {
    byte[] header = StrictJson.encode(new Header("ES256", typ, kid));
    return Bytes.of(header).toBase64Url() + "." + Bytes.of(payload).toBase64Url();
  }

  /**
   * @param signature 64 bytes r || s
   */
  public static String assemble(String signingInput, byte[] signature) {
    if (signature.length != 64) {
      throw new IllegalArgumentException("expected 64 bytes r || s, got " + signature.length);
    }
    return signingInput + "." + Bytes.of(signature).toBase64Url();
  }

  public Header header() {
    return header;
  }

  public byte[] payload() {
    return payload.clone();
  }

  /** r || s, 64 bytes. */
  public byte[] signature() {
    return signature.clone();
  }

  /** What the signature is over, as received. */
  public byte[] signingInput() {
    return signingInput.clone();
  }
}
