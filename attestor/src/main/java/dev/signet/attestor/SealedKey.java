// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StateApproval;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;

/**
 * One agent's request key on this host, sealed by the TPM: it comes out only in a state that the
 * verifier approved, for an approval that works once (DESIGN section 2.7).
 */
public final class SealedKey {
  private final HostTpm host;
  private final SealedKeyState state;
  private final Bytes policyRef;

  SealedKey(HostTpm host, SealedKeyState state) {
    this.host = host;
    this.state = state;
    this.policyRef = policyRef(host.keys(), state.agent(), state.requestKey());
  }

  private static Bytes policyRef(HostKeys keys, AgentId agent, PublicJwk requestKey) {
    byte[] akName = keys.attestationKey().key().publicArea().name();
    return StateApproval.policyRef(Bytes.of(akName), agent, requestKey);
  }

  /** Makes a key in this process and seals it; on return this process has forgotten it. */
  static SealedKeyState create(HostTpm host, AgentId agent, PublicJwk approvalKey)
      throws IOException {
    KeyPair pair = generate(host.tpm().connection().random());
    PublicJwk requestKey = PublicJwk.of((ECPublicKey) pair.getPublic());
    byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), 32);
    try {
      return seal(host, agent, approvalKey, scalar, requestKey);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  /**
   * @param scalar private part of {@code requestKey}; the caller zeroes it
   */
  static SealedKeyState seal(
      HostTpm host, AgentId agent, PublicJwk approvalKey, byte[] scalar, PublicJwk requestKey)
      throws IOException {
    SecureRandom random = host.tpm().connection().random();
    Bytes auth = Provisioning.newAuth(random);
    byte[] policy =
        PolicyDigest.sealedKey(
            PolicyDigest.approvalKey(approvalKey).name(),
            policyRef(host.keys(), agent, requestKey).toArray());
    ObjectCommands.Created sealed =
        host.transact(
            transaction ->
                new ObjectCommands(transaction)
                    .create(
                        host.keys().srkEntity(),
                        auth.toArray(),
                        scalar,
                        Templates.sealed(policy),
                        transaction.hmacSession(host.keys().saltKey()).encryptingCommand()));
    return new SealedKeyState(
        SealedKeyState.VERSION,
        agent,
        Bytes.of(requestKey.point()),
        Bytes.of(approvalKey.point()),
        auth,
        Bytes.of(sealed.publicArea().encoded()),
        Bytes.of(sealed.privatePart()));
  }

  private static KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  public AgentId agent() {
    return state.agent();
  }

  public PublicJwk publicKey() {
    return state.requestKey();
  }

  /** The key whose approvals release this one. */
  public PublicJwk approvalKey() {
    return state.approvalKey();
  }

  /** SHA-256("signet-seal-v1" || AK Name || SHA-256(agent id) || key thumbprint). */
  public Bytes policyRef() {
    return policyRef;
  }

  HostTpm host() {
    return host;
  }

  SealedKeyState state() {
    return state;
  }

  /** Starts a policy session for one approval. */
  public ReleaseSession beginRelease() throws IOException {
    SavedSession saved =
        host.transact(
            transaction -> {
              Session session = transaction.policySession(host.keys().saltKey());
              SavedSession waiting = SavedSession.save(transaction, session);
              transaction.release(session);
              return waiting;
            });
    return new ReleaseSession(this, saved);
  }

  @Override
  public String toString() {
    return "SealedKey[" + agent() + ", " + publicKey().thumbprint() + "]";
  }
}
