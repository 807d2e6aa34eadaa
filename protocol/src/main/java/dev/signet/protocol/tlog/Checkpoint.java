// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;

/**
 * What a log was at one moment (C2SP tlog-checkpoint).
 *
 * @param origin the log's name, without spaces and plus signs
 * @param size its entries
 * @param root of the tree over them
 */
public record Checkpoint(String origin, long size, Digest root) {
  static final int KEY_ID_BYTES = 4;

  public Checkpoint {
    if (!isKeyName(origin)) {
      throw new IllegalArgumentException("expected an origin without spaces, controls and plus");
    }
    if (size < 0) {
      throw new IllegalArgumentException("expected no negative size, got " + size);
    }
    if (root == null) {
      throw new IllegalArgumentException("expected a root hash");
    }
  }

  /** Names of signed notes, in ASCII: ours are host names with a path. */
  static boolean isKeyName(String name) {
    return name != null
        && !name.isEmpty()
        && name.length() <= 512
        && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '+');
  }

  /** What is signed. */
  public String text() {
    return origin + '\n' + size + '\n' + Base64.getEncoder().encodeToString(root.toArray()) + '\n';
  }

  /**
   * The checkpoint with a signature of type 2 (ECDSA over SHA-256), by a key that is named like the
   * log (C2SP signed-note).
   *
   * @param signer gives the DER signature of a message
   */
  public byte[] signed(PublicJwk key, UnaryOperator<byte[]> signer) {
    byte[] signature = signer.apply(text().getBytes(StandardCharsets.UTF_8));
    byte[] id = keyId(key);
    byte[] line = Arrays.copyOf(id, id.length + signature.length);
    System.arraycopy(signature, 0, line, id.length, signature.length);
    return (text() + "\n— " + origin + ' ' + Base64.getEncoder().encodeToString(line) + '\n')
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The first four bytes of the digest of the key's SubjectPublicKeyInfo. */
  static byte[] keyId(PublicJwk key) {
    byte[] digest = Digest.hash(key.toPublicKey().getEncoded()).toArray();
    return Arrays.copyOf(digest, KEY_ID_BYTES);
  }
}
