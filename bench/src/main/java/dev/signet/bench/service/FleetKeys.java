// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.service;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;

/**
 * Distinct RSA-2048 endorsement keys for a fleet, each the product of two of few primes: making
 * 100,000 of their own would take longer than everything that is measured. Worth nothing as keys,
 * since any two that share a prime give both away.
 */
final class FleetKeys {
  private static final BigInteger EXPONENT = RSAKeyGenParameterSpec.F4;

  private final BigInteger[] primes;
  private int first = 1;
  private int second = 0;

  /**
   * @param keys how many can be taken
   */
  FleetKeys(int keys, SecureRandom random) {
    int count = 2;
    while ((long) count * (count - 1) / 2 < keys) {
      count++;
    }
    primes = new BigInteger[count];
    for (int i = 0; i < count; i++) {
      do {
        // The two highest bits are set, so that each product has 2048.
        primes[i] = BigInteger.probablePrime(1024, random).setBit(1022);
      } while (!primes[i].isProbablePrime(60)
          || !primes[i].subtract(BigInteger.ONE).gcd(EXPONENT).equals(BigInteger.ONE));
    }
  }

  /** The next one. */
  synchronized KeyPair next() throws GeneralSecurityException {
    BigInteger p = primes[first];
    BigInteger q = primes[second];
    if (++second == first) {
      first++;
      second = 0;
    }
    BigInteger modulus = p.multiply(q);
    BigInteger p1 = p.subtract(BigInteger.ONE);
    BigInteger q1 = q.subtract(BigInteger.ONE);
    BigInteger d = EXPONENT.modInverse(p1.multiply(q1));
    KeyFactory factory = KeyFactory.getInstance("RSA");
    return new KeyPair(
        factory.generatePublic(new RSAPublicKeySpec(modulus, EXPONENT)),
        factory.generatePrivate(
            new RSAPrivateCrtKeySpec(
                modulus, EXPONENT, d, p, q, d.mod(p1), d.mod(q1), q.modInverse(p))));
  }
}
