// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A secret on disk: worth nothing without the key that the TPM keeps.
 *
 * @param version of this form, 1
 * @param put when it was put, in whole seconds
 * @param bytes of the secret
 * @param key RFC 7638 thumbprint of the key that it is encrypted to
 * @param encapsulated HPKE's encapsulated key, 65 bytes
 * @param ciphertext with its tag of 16 bytes
 */
record SealedSecret(
    int version,
    AgentId agent,
    SecretName name,
    Instant put,
    int bytes,
    String key,
    Bytes encapsulated,
    Bytes ciphertext) {
  static final int VERSION = 1;
  private static final int TAG = 16;
  private static final byte[] LABEL = "signet-secret-v1".getBytes(StandardCharsets.US_ASCII);

  SealedSecret {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "version: expected " + VERSION + ", got " + version + "; it is of another Signet");
    }
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(put, "put");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(encapsulated, "encapsulated");
    if (ciphertext == null || ciphertext.size() != bytes + TAG || bytes > SecretValue.MAX_BYTES) {
      throw new IllegalArgumentException("ciphertext: expected one of bytes + " + TAG + " bytes");
    }
  }

  static SealedSecret of(
      SealedKey key, SecretName name, SecretValue value, Instant now, SecureRandom random) {
    byte[] plain = value.copy();
    try {
      SecretsKey.Sealed sealed =
          SecretsKey.seal(
              key.secretsKey(), info(key.akName(), key.agent(), name, now), plain, random);
      return new SealedSecret(
          VERSION,
          key.agent(),
          name,
          now,
          plain.length,
          key.secretsKey().thumbprint(),
          Bytes.of(sealed.encapsulated()),
          Bytes.of(sealed.ciphertext()));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * @param wanted whose secret this must be, and which: not what the file says of itself
   * @return what was put, for the caller to close; empty if it was put for another host, agent,
   *     name or time, or changed since
   */
  Optional<SecretValue> open(SecretsKey with, byte[] akName, AgentId owner, SecretName wanted) {
    SecretsKey.Sealed sealed = new SecretsKey.Sealed(encapsulated.toArray(), ciphertext.toArray());
    Optional<byte[]> plain = with.open(sealed, info(akName, owner, wanted, put));
    try {
      return plain.map(SecretValue::of);
    } finally {
      plain.ifPresent(opened -> Arrays.fill(opened, (byte) 0));
    }
  }

  /** All of fixed length but the name, which stands last. */
  private static byte[] info(byte[] akName, AgentId agent, SecretName name, Instant put) {
    return Octets.concat(
        LABEL,
        new byte[1],
        Octets.sized(akName),
        Digest.hash(agent.value().getBytes(StandardCharsets.UTF_8)).toArray(),
        Octets.u64(put.getEpochSecond()),
        name.value().getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "SealedSecret[" + name + " of " + agent + "]";
  }
}
