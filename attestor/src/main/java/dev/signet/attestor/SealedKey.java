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
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;

/**
 * One agent's request key on this host, and beside it the key that its secrets are encrypted to,
 * sealed by the TPM in one object: they come out together, only in a state that the verifier
 * approved, for an approval that works once (DESIGN section 2.7).
 */
public final class SealedKey {
  /** Bytes of a P-256 private key. */
  static final int SCALAR = 32;

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

  /** Makes both keys in this process and seals them; on return this process has forgotten them. */
  static SealedKeyState create(HostTpm host, AgentId agent, PublicJwk approvalKey)
      throws IOException {
    KeyPair request = generate(host.tpm().connection().random());
    KeyPair secrets = generate(host.tpm().connection().random());
    byte[] scalars = new byte[2 * SCALAR];
    try {
      put(request, scalars, 0);
      put(secrets, scalars, SCALAR);
      return seal(host, agent, approvalKey, scalars, publicPart(request), publicPart(secrets));
    } finally {
      Arrays.fill(scalars, (byte) 0);
    }
  }

  private static PublicJwk publicPart(KeyPair pair) {
    return PublicJwk.of((ECPublicKey) pair.getPublic());
  }

  private static void put(KeyPair pair, byte[] scalars, int at) {
    byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), SCALAR);
    System.arraycopy(scalar, 0, scalars, at, SCALAR);
    Arrays.fill(scalar, (byte) 0);
  }

  /**
   * @param scalars private parts of {@code requestKey} and {@code secretsKey}, 64 bytes; the caller
   *     zeroes them
   */
  static SealedKeyState seal(
      HostTpm host,
      AgentId agent,
      PublicJwk approvalKey,
      byte[] scalars,
      PublicJwk requestKey,
      PublicJwk secretsKey)
      throws IOException {
    SecureRandom random = host.tpm().connection().random();
    Bytes auth = Provisioning.newAuth(random);
    byte[] policy = policy(host.keys(), agent, approvalKey, requestKey, secretsKey);
    ObjectCommands.Created sealed =
        host.transact(
            transaction ->
                new ObjectCommands(transaction)
                    .create(
                        host.keys().srkEntity(),
                        auth.toArray(),
                        scalars,
                        Templates.sealed(policy),
                        transaction.hmacSession(host.keys().saltKey()).encryptingCommand()));
    return new SealedKeyState(
        SealedKeyState.VERSION,
        agent,
        Bytes.of(requestKey.point()),
        Bytes.of(secretsKey.point()),
        Bytes.of(approvalKey.point()),
        auth,
        Bytes.of(sealed.publicArea().encoded()),
        Bytes.of(sealed.privatePart()));
  }

  private static byte[] policy(
      HostKeys keys,
      AgentId agent,
      PublicJwk approvalKey,
      PublicJwk requestKey,
      PublicJwk secretsKey) {
    return PolicyDigest.sealedKey(
        PolicyDigest.approvalKey(approvalKey).name(),
        policyRef(keys, agent, requestKey).toArray(),
        keys.srk().name(),
        SecretsKey.ref(secretsKey));
  }

  /** P-256. */
  static KeyPair generate(SecureRandom random) {
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

  /** What this agent's secrets are encrypted to; see {@link #confirmSecretsKey()}. */
  public PublicJwk secretsKey() {
    return state.secretsKey();
  }

  /**
   * Makes sure that {@link #secretsKey()} is the one that was sealed: the object's policy speaks of
   * it, and the TPM loads a public area only with the private part that it was made with. Whoever
   * changes the file on disk so that secrets are encrypted to himself is found out here, unless he
   * can use this host's TPM too.
   *
   * @throws AttestorException STATE_UNREADABLE if it is not
   */
  public void confirmSecretsKey() throws IOException {
    byte[] policy = policy(host.keys(), agent(), approvalKey(), publicKey(), state.secretsKey());
    ObjectCommands.Created object = state.object();
    boolean genuine = MessageDigest.isEqual(policy, object.publicArea().authPolicy());
    if (genuine) {
      try {
        host.repeatable(
            transaction ->
                new ObjectCommands(transaction).load(host.keys().srkEntity(), object, null));
      } catch (TpmException e) {
        if (!e.is(ResponseCode.INTEGRITY)) {
          throw e;
        }
        genuine = false;
      }
    }
    if (!genuine) {
      throw new AttestorException(
          AttestorException.Reason.STATE_UNREADABLE,
          "the sealed key of "
              + agent()
              + " on disk is not what this TPM sealed: somebody may want its secrets encrypted to"
              + " himself, so nothing was; find out who wrote to the state directory, then remove"
              + " the file below keys/ so that a new key is made");
    }
  }

  /** The key whose approvals release this one. */
  public PublicJwk approvalKey() {
    return state.approvalKey();
  }

  /** SHA-256("signet-seal-v1" || AK Name || SHA-256(agent id) || key thumbprint). */
  public Bytes policyRef() {
    return policyRef;
  }

  byte[] akName() {
    return host.keys().attestationKey().key().publicArea().name();
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
