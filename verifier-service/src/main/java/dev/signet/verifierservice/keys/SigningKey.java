// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.CompactJws;
import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.RawSigner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/** One of the verifier's P-256 keys. Used by many threads. */
public final class SigningKey {
  private final PublicJwk publicJwk;
  private final RawSigner signer;

  SigningKey(RawSigner signer, PublicJwk publicJwk) {
    this.signer = signer;
    this.publicJwk = publicJwk.withKid();
  }

  /** With its thumbprint as {@code kid}. */
  public PublicJwk publicJwk() {
    return publicJwk;
  }

  /**
   * ECDSA-SHA256, r || s, 64 bytes.
   *
   * @throws UncheckedIOException if the token that has the key does not sign now
   */
  public byte[] sign(byte[] message) {
    try {
      return signer.sign(message);
    } catch (IOException e) {
      throw new UncheckedIOException("signing with our own key failed", e);
    }
  }

  /** As {@link #sign}, in DER. */
  public byte[] signDer(byte[] message) {
    byte[] raw = sign(message);
    try {
      return new DERSequence(
              new ASN1Encodable[] {
                new ASN1Integer(new BigInteger(1, Arrays.copyOf(raw, 32))),
                new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 32, 64)))
              })
          .getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
  }

  /** A compact JWS with this key's thumbprint as {@code kid}. */
  public String jws(String typ, byte[] payload) {
    String input = CompactJws.signingInput(typ, publicJwk.kid(), payload);
    return CompactJws.assemble(input, sign(input.getBytes(StandardCharsets.US_ASCII)));
  }

  /** For certificates: ECDSA-SHA256, DER. */
  public ContentSigner contentSigner() {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    return new ContentSigner() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      }

      @Override
      public OutputStream getOutputStream() {
        return input;
      }

      @Override
      public byte[] getSignature() {
        return signDer(input.toByteArray());
      }
    };
  }

  @Override
  public String toString() {
    return "SigningKey[" + publicJwk.kid() + "]";
  }
}
