// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ReferenceStatement;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;

/** CI's pinned P-256 key: signs reference statements. {@link KeyFiles} reads and writes it. */
public final class SigningKey {
  private final PrivateKey secret;
  private final PublicJwk publicKey;

  SigningKey(PrivateKey secret, PublicJwk publicKey) {
    this.secret = secret;
    this.publicKey = publicKey;
  }

  public static SigningKey generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(pair.getPrivate(), PublicJwk.of((ECPublicKey) pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  public PublicJwk publicKey() {
    return publicKey;
  }

  /**
   * Wraps a reference statement, byte for byte, in a DSSE envelope.
   *
   * @throws MalformedMessageException if {@code payload} is no reference statement: what nobody
   *     could verify is not signed
   */
  public DsseEnvelope sign(byte[] payload, SecureRandom random) throws MalformedMessageException {
    StatementPayload.parse(payload);
    byte[] signed = PreAuthenticationEncoding.of(ReferenceStatement.PAYLOAD_TYPE, payload);
    byte[] signature;
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initSign(secret, random);
      ecdsa.update(signed);
      signature = ecdsa.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a P-256 key signs with ECDSA and SHA-256", e);
    }
    // A key file whose halves do not belong together must not leave us with a useless envelope.
    if (!StatementVerifier.valid(signature, signed, publicKey)) {
      throw new IllegalArgumentException(
          "the key file's private and public key do not belong together; make a new pair");
    }
    DsseEnvelope envelope =
        new DsseEnvelope(
            ReferenceStatement.PAYLOAD_TYPE,
            Bytes.of(payload),
            List.of(new DsseEnvelope.Signature(publicKey.thumbprint(), Bytes.of(signature))));
    if (envelope.encode().length > Limits.STATEMENT_BYTES) {
      throw new MalformedMessageException(
          "expected a statement whose envelope has at most "
              + Limits.STATEMENT_BYTES
              + " bytes, got a statement of "
              + payload.length);
    }
    return envelope;
  }

  /**
   * Signs bytes that are no statement, as a TPM's policy takes a signature.
   *
   * @return r || s, 64 bytes
   */
  public Bytes signPolicy(byte[] message, SecureRandom random) {
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSAinP1363Format");
      ecdsa.initSign(secret, random);
      ecdsa.update(message);
      return Bytes.of(ecdsa.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a P-256 key signs with ECDSA and SHA-256", e);
    }
  }

  /**
   * The private number, for opening what was encrypted to the public key.
   *
   * @return 32 bytes; the caller zeroes them
   */
  public byte[] scalar() {
    byte[] number = ((ECPrivateKey) secret).getS().toByteArray();
    byte[] out = new byte[32];
    int length = Math.min(32, number.length); // a sign byte may stand before it
    System.arraycopy(number, number.length - length, out, 32 - length, length);
    Arrays.fill(number, (byte) 0);
    return out;
  }

  PrivateKey secret() {
    return secret;
  }

  @Override
  public String toString() {
    return "SigningKey[" + publicKey.thumbprint() + "]";
  }
}
