// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.util.Arrays;

/**
 * A salted HMAC or policy session: SHA-256, AES-128-CFB. Holds the rolling nonces; belongs to one
 * transaction at a time.
 */
final class Session {
  static final int CONTINUE = 0x01;
  static final int DECRYPT = 0x20;
  static final int ENCRYPT = 0x40;

  /** How one command uses the session; nothing of it stays with the session. */
  record Use(Session session, boolean encryptCommand, boolean encryptResponse) {
    int attributes() {
      return CONTINUE | (encryptCommand ? DECRYPT : 0) | (encryptResponse ? ENCRYPT : 0);
    }
  }

  private final int handle;
  private final boolean policy;
  private final byte[] key;
  private byte[] nonceTpm;
  private boolean includesAuthValue;

  Session(int handle, boolean policy, byte[] key, byte[] nonceTpm) {
    this.handle = handle;
    this.policy = policy;
    this.key = key;
    this.nonceTpm = nonceTpm;
  }

  Use plain() {
    return new Use(this, false, false);
  }

  Use encryptingCommand() {
    return new Use(this, true, false);
  }

  Use encryptingResponse() {
    return new Use(this, false, true);
  }

  Use encryptingBoth() {
    return new Use(this, true, true);
  }

  int handle() {
    return handle;
  }

  Entity entity() {
    return Entity.plain(handle);
  }

  byte[] nonceTpm() {
    return nonceTpm.clone();
  }

  void roll(byte[] newNonceTpm) {
    nonceTpm = newNonceTpm;
  }

  /** After TPM2_PolicyAuthValue the HMAC key has the entity's authorization value in it. */
  void includeAuthValue() {
    includesAuthValue = true;
  }

  /** The HMAC key for an entity, or for none (Part 1, 19.6.5). */
  byte[] hmacKey(Entity authorized) {
    boolean withAuth = authorized != null && (!policy || includesAuthValue);
    return withAuth
        ? Octets.concat(key, Octets.withoutTrailingZeros(authorized.auth()))
        : key.clone();
  }

  /** The key that parameter encryption starts from (Part 1, 21.2). */
  byte[] encryptionKey(Entity authorized) {
    return authorized == null
        ? key.clone()
        : Octets.concat(key, Octets.withoutTrailingZeros(authorized.auth()));
  }

  void destroy() {
    Arrays.fill(key, (byte) 0);
  }
}
