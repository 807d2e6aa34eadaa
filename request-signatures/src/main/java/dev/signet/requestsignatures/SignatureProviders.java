// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which crypto provider does the work, chosen once. Providers are used by object; the JVM's list of
 * providers is not changed. For P-256 checks, Amazon Corretto Crypto Provider is about eight times
 * as fast as JDK 25 and Bouncy Castle about five times.
 */
public final class SignatureProviders {
  private static final String ACCP =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
  private static final String BOUNCY_CASTLE = "org.bouncycastle.jce.provider.BouncyCastleProvider";

  /** What does one algorithm: the JDK's names for it differ between providers. */
  private record Engine(Provider provider, String signature, String keyFactory) {}

  private final Engine p256;
  private final Engine ed25519;

  private SignatureProviders(Engine p256, Engine ed25519) {
    this.p256 = p256;
    this.ed25519 = ed25519;
  }

  /**
   * Takes the first that is there and passes a known-answer check, for each algorithm: Amazon
   * Corretto Crypto Provider, Bouncy Castle, the JDK. The first does Ed25519 only where the system
   * property {@code com.amazon.corretto.crypto.provider.registerEdKeyFactory} is {@code true}.
   */
  public static SignatureProviders detect() {
    List<Provider> candidates = new ArrayList<>();
    ProviderLoader.instanceField(ACCP, "INSTANCE").ifPresent(candidates::add);
    ProviderLoader.newInstance(BOUNCY_CASTLE).ifPresent(candidates::add);
    candidates.addAll(List.of(Security.getProviders()));
    return ofFirst(candidates);
  }

  /**
   * Amazon Corretto Crypto Provider, if it is there and passes its known-answer check for P-256.
   * Its ECDSA nonces are hedged: derived from key, message and fresh randomness.
   */
  public static Optional<Provider> corretto() {
    return ProviderLoader.instanceField(ACCP, "INSTANCE").filter(SignatureProviders::doesP256);
  }

  static boolean doesP256(Provider provider) {
    return engine(provider, SignatureAlgorithm.ECDSA_P256_SHA256)
        .map(engine -> new SignatureProviders(engine, engine))
        .filter(alone -> KnownAnswer.passes(alone, SignatureAlgorithm.ECDSA_P256_SHA256))
        .isPresent();
  }

  /** Only what the JVM's own providers can do. */
  public static SignatureProviders ofJdk() {
    return ofFirst(List.of(Security.getProviders()));
  }

  /**
   * Takes one provider for both algorithms.
   *
   * @throws IllegalArgumentException if it lacks one of them
   */
  public static SignatureProviders of(Provider provider) {
    return ofFirst(List.of(provider));
  }

  /** For logs: the provider of each algorithm, such as {@code P-256: SunEC 25, Ed25519: …}. */
  public String description() {
    return "P-256: " + describe(p256.provider()) + ", Ed25519: " + describe(ed25519.provider());
  }

  /** Name of the provider that does P-256. */
  public String p256ProviderName() {
    return p256.provider().getName();
  }

  /**
   * A signer with a private key in memory.
   *
   * @throws InvalidKeyException if it is neither on P-256 nor an Ed25519 key
   */
  public RawSigner signer(PrivateKey key) throws InvalidKeyException {
    boolean ec = key instanceof ECPrivateKey;
    if (ec && !PublicKeys.isP256(((ECPrivateKey) key).getParams())) {
      throw new InvalidKeyException("expected a P-256 or Ed25519 key, got one on another curve");
    }
    Engine engine = ec ? p256 : ed25519;
    byte[] encoded = encoded(key);
    PrivateKey translated;
    try {
      translated =
          KeyFactory.getInstance(engine.keyFactory(), engine.provider())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new InvalidKeyException("expected a P-256 or Ed25519 key", e);
    }
    SignaturePool pool =
        new SignaturePool(
            () -> {
              Signature signature = Signature.getInstance(engine.signature(), engine.provider());
              signature.initSign(translated);
              return signature;
            });
    return base -> {
      try {
        return pool.use(
            prepared -> {
              prepared.update(base);
              return prepared.sign();
            });
      } catch (GeneralSecurityException e) {
        throw new IOException("signing failed in " + describe(engine.provider()), e);
      }
    };
  }

  PublicKey translate(SignatureAlgorithm algorithm, PublicKey key) throws InvalidKeyException {
    Engine engine = engine(algorithm);
    byte[] encoded = encoded(key);
    try {
      return KeyFactory.getInstance(engine.keyFactory(), engine.provider())
          .generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new InvalidKeyException("refused by " + describe(engine.provider()), e);
    }
  }

  /** Keys in hardware may have none to show. */
  private static byte[] encoded(Key key) throws InvalidKeyException {
    byte[] encoded = key.getEncoded();
    if (encoded == null) {
      throw new InvalidKeyException("expected a key in memory, got one that shows no bytes");
    }
    return encoded;
  }

  Signature verifier(SignatureAlgorithm algorithm, PublicKey translated)
      throws GeneralSecurityException {
    Engine engine = engine(algorithm);
    Signature signature = Signature.getInstance(engine.signature(), engine.provider());
    signature.initVerify(translated);
    return signature;
  }

  private Engine engine(SignatureAlgorithm algorithm) {
    return switch (algorithm) {
      case ECDSA_P256_SHA256 -> p256;
      case ED25519 -> ed25519;
    };
  }

  private static SignatureProviders ofFirst(List<Provider> candidates) {
    return new SignatureProviders(
        first(candidates, SignatureAlgorithm.ECDSA_P256_SHA256),
        first(candidates, SignatureAlgorithm.ED25519));
  }

  private static Engine first(List<Provider> candidates, SignatureAlgorithm algorithm) {
    for (Provider provider : candidates) {
      Optional<Engine> engine = engine(provider, algorithm);
      if (engine.isPresent()) {
        SignatureProviders alone = new SignatureProviders(engine.get(), engine.get());
        if (KnownAnswer.passes(alone, algorithm)) {
          return engine.get();
        }
      }
    }
    throw new IllegalArgumentException("no provider does " + algorithm.registeredName());
  }

  private static Optional<Engine> engine(Provider provider, SignatureAlgorithm algorithm) {
    List<String> names =
        switch (algorithm) {
          case ECDSA_P256_SHA256 ->
              List.of("SHA256withECDSAinP1363Format", "SHA256withPLAIN-ECDSA");
          case ED25519 -> List.of("Ed25519");
        };
    String keyFactory = algorithm == SignatureAlgorithm.ED25519 ? "Ed25519" : "EC";
    if (provider.getService("KeyFactory", keyFactory) == null) {
      return Optional.empty();
    }
    for (String name : names) {
      if (provider.getService("Signature", name) != null) {
        return Optional.of(new Engine(provider, name, keyFactory));
      }
    }
    return Optional.empty();
  }

  private static String describe(Provider provider) {
    return provider.getName() + ' ' + provider.getVersionStr();
  }
}
