// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What a key signs to show that who asks for its SVID has it: {@code "signet-svid-v1" || 00 || kind
 * || SHA-256(identity token) || x || y}. With the token in it, the proof is worth nothing to
 * another agent, and nothing after the token.
 */
public final class SvidKeyInput {
  private static final byte X509 = 1;
  private static final byte WIT = 2;

  private SvidKeyInput() {}

  /**
   * @param token the identity token that the call carries
   */
  public static byte[] forX509(String token, PublicJwk key) {
    return input(X509, token, key);
  }

  /**
   * @param token the identity token that the call carries
   */
  public static byte[] forWit(String token, PublicJwk key) {
    return input(WIT, token, key);
  }

  private static byte[] input(byte kind, String token, PublicJwk key) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("signet-svid-v1".getBytes(StandardCharsets.US_ASCII));
    out.write(0);
    out.write(kind);
    out.writeBytes(Digest.hash(token.getBytes(StandardCharsets.US_ASCII)).toArray());
    out.writeBytes(key.point());
    return out.toByteArray();
  }
}
