// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.dsse;

import java.nio.charset.StandardCharsets;

/** What a DSSE signature is over (secure-systems-lab/dsse v1.0, protocol.md, "PAE"). */
public final class PreAuthenticationEncoding {
  private PreAuthenticationEncoding() {}

  /** Lengths are in bytes, not in characters. */
  public static byte[] of(String payloadType, byte[] payload) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ")
            .getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[head.length + payload.length];
    System.arraycopy(head, 0, out, 0, head.length);
    System.arraycopy(payload, 0, out, head.length, payload.length);
    return out;
  }
}
