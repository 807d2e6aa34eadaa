// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.PublicJwk;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.util.Arrays;
import javax.security.auth.Destroyable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/**
 * A released request key, or that of a lease, in memory until it is closed. Its bytes are zeroed
 * then; copies that the Java platform made while computing live until the garbage collector takes
 * them.
 *
 * <p>Safe for use by several threads.
 */
public final class RequestKey implements LaunchKey, Destroyable {
  private static final ECDomainParameters P256 = domain();

  private final PublicJwk publicKey;
  private final SecureRandom random;
  private final byte[] scalar;
  private final SecretsKey secretsKey;
  private PlatformSigner platform;
  private boolean destroyed;

  private RequestKey(
      byte[] scalar, PublicJwk publicKey, SecretsKey secretsKey, SecureRandom random) {
    this.scalar = scalar;
    this.secretsKey = secretsKey;
    this.publicKey = publicKey;
    this.random = random;
  }

  /**
   * @param scalar 32 bytes; copied
   * @param secretsKey closed with this one
   * @throws IllegalArgumentException if {@code scalar} is not the private part of {@code publicKey}
   */
  static RequestKey of(
      byte[] scalar, PublicJwk publicKey, SecretsKey secretsKey, SecureRandom random) {
    requirePair(scalar, publicKey);
    return new RequestKey(scalar.clone(), publicKey, secretsKey, random);
  }

  /**
   * @throws IllegalArgumentException if {@code scalar} is not the private part of {@code publicKey}
   */
  static void requirePair(byte[] scalar, PublicJwk publicKey) {
    BigInteger d = new BigInteger(1, scalar);
    if (scalar.length != 32 || d.signum() == 0 || d.compareTo(P256.getN()) >= 0) {
      throw new IllegalArgumentException("expected a P-256 private key of 32 bytes");
    }
    var point = P256.getG().multiply(d).normalize();
    byte[] made =
        Octets.concat(point.getAffineXCoord().getEncoded(), point.getAffineYCoord().getEncoded());
    if (!Arrays.equals(made, publicKey.point())) {
      throw new IllegalArgumentException("the private key is not that of the public key");
    }
  }

  /** A new one, for a lease: nothing is released with it. */
  static RequestKey generate(SecureRandom random) {
    KeyPair pair = SealedKey.generate(random);
    byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), SealedKey.SCALAR);
    return new RequestKey(scalar, PublicJwk.of((ECPublicKey) pair.getPublic()), null, random);
  }

  @Override
  public PublicJwk publicKey() {
    return publicKey;
  }

  @Override
  public KeyProtection protection() {
    return KeyProtection.SEALED;
  }

  /** What was released with it: the key to the agent's secrets, closed when this one is. */
  public SecretsKey secretsKey() {
    if (secretsKey == null) {
      throw new IllegalStateException("the key of a lease was not released, and nothing with it");
    }
    return secretsKey;
  }

  /**
   * Destroys this key alone.
   *
   * @return what was released with it, for the caller to close
   */
  public synchronized SecretsKey keepSecretsKeyOnly() {
    requireAlive();
    forget();
    return secretsKey();
  }

  private void forget() {
    Arrays.fill(scalar, (byte) 0);
    platform = null;
    destroyed = true;
  }

  /**
   * Signs with a provider's ECDSA from now on, for speed. Its nonces must be hedged as ours are:
   * Amazon Corretto Crypto Provider mixes key and message into them; the JDK's own provider does
   * not, and so must not be given here.
   */
  public synchronized RequestKey using(Provider fast) throws GeneralSecurityException {
    requireAlive();
    var parameters = publicKey.toPublicKey().getParams();
    platform =
        PlatformSigner.of(
            KeyFactory.getInstance("EC", fast)
                .generatePrivate(new ECPrivateKeySpec(new BigInteger(1, scalar), parameters)),
            fast);
    return this;
  }

  /**
   * ECDSA-SHA256 over {@code data}.
   *
   * @return 64 bytes r || s
   * @throws IllegalStateException if the key was destroyed
   */
  @Override
  public byte[] sign(byte[] data) {
    PlatformSigner fast;
    byte[] secret;
    synchronized (this) {
      requireAlive();
      fast = platform;
      secret = fast == null ? scalar() : null;
    }
    if (fast != null) {
      return fast.sign(data);
    }
    try {
      return signHedged(secret, data);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private byte[] signHedged(byte[] secret, byte[] data) {
    byte[] additional = new byte[32];
    random.nextBytes(additional);
    ECDSASigner signer = new ECDSASigner(new HedgedNonces(additional));
    signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, secret), P256));
    BigInteger[] rs = signer.generateSignature(Digest.hash(data).toArray());
    return Octets.concat(Octets.fixed(rs[0], 32), Octets.fixed(rs[1], 32));
  }

  /** A copy, for the caller to zero. */
  synchronized byte[] scalar() {
    requireAlive();
    return scalar.clone();
  }

  private void requireAlive() {
    if (destroyed) {
      throw new IllegalStateException("the request key was destroyed");
    }
  }

  @Override
  public synchronized void destroy() {
    boolean whole = !destroyed;
    forget();
    if (whole && secretsKey != null) {
      secretsKey.close();
    }
  }

  @Override
  public synchronized boolean isDestroyed() {
    return destroyed;
  }

  @Override
  public void close() {
    destroy();
  }

  @Override
  public String toString() {
    return "RequestKey[" + publicKey.thumbprint() + "]";
  }

  private static ECDomainParameters domain() {
    X9ECParameters p256 = CustomNamedCurves.getByName("secp256r1");
    return new ECDomainParameters(p256.getCurve(), p256.getG(), p256.getN(), p256.getH());
  }
}
