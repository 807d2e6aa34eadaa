// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The key of one SVID, P-256, made for it and handed to the agent with it, as the Workload API
 * wants it. It is another key than the one that signs requests, which never leaves the launcher.
 */
public final class SvidKey {
  private static final int COORDINATE = 32;

  private final KeyPair pair;
  private final PublicJwk publicKey;

  private SvidKey(KeyPair pair) {
    this.pair = pair;
    this.publicKey = PublicJwk.of((ECPublicKey) pair.getPublic());
  }

  static SvidKey generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return new SvidKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  public PublicJwk publicKey() {
    return publicKey;
  }

  /** ECDSA with SHA-256, 64 bytes r || s. */
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has ECDSA", e);
    }
  }

  /** DER of PKCS#8, not encrypted: {@code x509_svid_key}. */
  byte[] pkcs8() {
    return pair.getPrivate().getEncoded();
  }

  /** The private key as a JWK (RFC 7518 section 6.2.2): {@code wit_svid_key}. */
  String privateJwk() {
    Map<String, Object> jwk = new LinkedHashMap<>();
    jwk.put("kty", "EC");
    jwk.put("crv", "P-256");
    jwk.put("x", publicKey.x().toBase64Url());
    jwk.put("y", publicKey.y().toBase64Url());
    jwk.put("d", Bytes.of(scalar()).toBase64Url());
    jwk.put("alg", "ES256");
    return new String(StrictJson.encode(jwk), java.nio.charset.StandardCharsets.UTF_8);
  }

  private byte[] scalar() {
    BigInteger s = ((ECPrivateKey) pair.getPrivate()).getS();
    byte[] raw = s.toByteArray();
    byte[] out = new byte[COORDINATE];
    int n = Math.min(raw.length, COORDINATE);
    System.arraycopy(raw, raw.length - n, out, COORDINATE - n, n);
    return out;
  }

  /** Without the private part: it stays out of logs. */
  @Override
  public String toString() {
    return "SvidKey[" + publicKey.thumbprint() + "]";
  }
}
