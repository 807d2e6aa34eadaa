// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A verifier that approves whatever state it is shown: what the TPM does with it is the test. */
final class TestVerifier {
  static final List<Integer> PCRS = List.of(0, 4, 7, 15);

  private final KeyPair pair;

  TestVerifier() {
    pair = keyPair();
  }

  static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  PublicJwk approvalKey() {
    return PublicJwk.of((ECPublicKey) pair.getPublic());
  }

  /** What an approval says; tests change single members. */
  record Terms(
      SortedMap<Integer, Digest> pcrs,
      long resetCount,
      long restartCount,
      long clockBound,
      int expiration,
      Bytes policyRef,
      Bytes nonce) {
    Terms withPcrs(SortedMap<Integer, Digest> other) {
      return new Terms(other, resetCount, restartCount, clockBound, expiration, policyRef, nonce);
    }

    Terms withClockBound(long bound) {
      return new Terms(pcrs, resetCount, restartCount, bound, expiration, policyRef, nonce);
    }

    Terms withExpiration(int seconds) {
      return new Terms(pcrs, resetCount, restartCount, clockBound, seconds, policyRef, nonce);
    }

    Terms withPolicyRef(Bytes other) {
      return new Terms(pcrs, resetCount, restartCount, clockBound, expiration, other, nonce);
    }

    Terms withNonce(Bytes other) {
      return new Terms(pcrs, resetCount, restartCount, clockBound, expiration, policyRef, other);
    }

    Terms withBoot(BootClock clock) {
      return new Terms(
          pcrs, clock.resetCount(), clock.restartCount(), clockBound, expiration, policyRef, nonce);
    }
  }

  /** Terms for the state that the TPM is in. */
  static Terms termsNow(Tpm tpm, SealedKey key, ReleaseSession session) throws IOException {
    BootClock clock = tpm.clock();
    return new Terms(
        new TreeMap<>(tpm.pcrs(PCRS)),
        clock.resetCount(),
        clock.restartCount(),
        clock.clockMillis() + 30_000,
        10,
        key.policyRef(),
        session.nonce());
  }

  StateApproval approve(Terms terms) {
    byte[] policy = approvedPolicy(terms);
    byte[] ref = terms.policyRef().toArray();
    return new StateApproval(
        List.copyOf(terms.pcrs().keySet()),
        terms.resetCount(),
        terms.restartCount(),
        terms.clockBound(),
        terms.policyRef(),
        Bytes.of(policy),
        sign(policy, ref),
        terms.expiration(),
        sign(terms.nonce().toArray(), Octets.u32(terms.expiration()), ref),
        approvalKey());
  }

  StateApproval approveNow(Tpm tpm, SealedKey key, ReleaseSession session) throws IOException {
    return approve(termsNow(tpm, key, session));
  }

  static byte[] approvedPolicy(Terms terms) {
    byte[] digest =
        PolicyDigest.pcr(
            PolicyDigest.start(), terms.pcrs().keySet(), PcrCommands.digestOf(terms.pcrs()));
    digest =
        PolicyDigest.counterTimer(
            digest,
            PolicyDigest.counters(terms.resetCount(), terms.restartCount()),
            PolicyDigest.COUNTERS_OFFSET,
            PolicyDigest.EQ);
    return PolicyDigest.counterTimer(
        digest,
        Octets.u64(terms.clockBound()),
        PolicyDigest.CLOCK_OFFSET,
        PolicyDigest.UNSIGNED_LE);
  }

  Bytes sign(byte[]... parts) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(pair.getPrivate());
      for (byte[] part : parts) {
        signature.update(part);
      }
      return Bytes.of(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static boolean verifies(PublicJwk key, byte[] data, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
      verifier.initVerify(key.toPublicKey());
      verifier.update(data);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
