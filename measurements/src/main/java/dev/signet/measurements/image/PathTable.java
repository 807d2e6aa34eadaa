// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What a layer has at each path so far, in 17 bytes a path. Paths are remembered by half of their
 * SHA-256: two different ones are never found that are taken for one, and one is always known
 * again.
 */
final class PathTable {
  /** What is at a path; nothing yet is {@code 0}. */
  static final byte NOTHING = 0;

  private final MessageDigest hash = Digest.sha256();
  private long[] keys = new long[2 * 1024];
  private byte[] kinds = new byte[1024];
  private int count;

  byte get(String path) {
    return kinds[slot(hash(path))];
  }

  void put(String path, byte kind) {
    long[] key = hash(path);
    int slot = slot(key);
    if (kinds[slot] == NOTHING) {
      if (2 * ++count > kinds.length) {
        grow();
        slot = slot(key);
      }
      keys[2 * slot] = key[0];
      keys[2 * slot + 1] = key[1];
    }
    kinds[slot] = kind;
  }

  private long[] hash(String path) {
    byte[] digest = hash.digest(path.getBytes(StandardCharsets.UTF_8));
    return new long[] {word(digest, 0), word(digest, 8)};
  }

  private static long word(byte[] digest, int at) {
    long word = 0;
    for (int i = at; i < at + 8; i++) {
      word = word << 8 | digest[i] & 0xff;
    }
    return word;
  }

  /** Where the key is, or would be. */
  private int slot(long[] key) {
    int mask = kinds.length - 1;
    int slot = (int) key[0] & mask;
    while (kinds[slot] != NOTHING && (keys[2 * slot] != key[0] || keys[2 * slot + 1] != key[1])) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    byte[] oldKinds = kinds;
    keys = new long[2 * oldKeys.length];
    kinds = new byte[2 * oldKinds.length];
    for (int i = 0; i < oldKinds.length; i++) {
      if (oldKinds[i] != NOTHING) {
        int slot = slot(new long[] {oldKeys[2 * i], oldKeys[2 * i + 1]});
        keys[2 * slot] = oldKeys[2 * i];
        keys[2 * slot + 1] = oldKeys[2 * i + 1];
        kinds[slot] = oldKinds[i];
      }
    }
  }
}
