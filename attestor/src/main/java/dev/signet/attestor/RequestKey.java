// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.util.Arrays;
import javax.security.auth.Destroyable;

/** A released request key, in memory. */
public final class RequestKey implements Destroyable, AutoCloseable {
  private final PublicJwk publicKey;

  RequestKey(PublicJwk publicKey) {
    this.publicKey = publicKey;
  }

  public PublicJwk publicKey() {
    return publicKey;
  }

  /** ECDSA-SHA256 over {@code data}: 64 bytes r || s. */
  public byte[] sign(byte[] data) {
    throw new UnsupportedOperationException(Arrays.toString(data));
  }

  @Override
  public void destroy() {}

  @Override
  public void close() {
    destroy();
  }
}
