// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.nio.ByteBuffer;

/** Commands as an attacker writes them, without this project's code. */
final class RawCommands {
  private RawCommands() {}

  /** TPM2_PCR_Extend of the SHA-256 bank with 32 zero bytes, which needs no authorization. */
  static byte[] extend(int pcr) {
    ByteBuffer body = ByteBuffer.allocate(4 + 4 + 9 + 4 + 2 + 32);
    body.putInt(pcr).putInt(9).putInt(0x40000009);
    body.putShort((short) 0).put((byte) 0).putShort((short) 0);
    body.putInt(1).putShort((short) 0x0b).put(new byte[32]);
    return command(0x8002, 0x182, body.array());
  }

  /** TPM2_PCR_Reset. */
  static byte[] reset(int pcr) {
    ByteBuffer body = ByteBuffer.allocate(4 + 4 + 9);
    body.putInt(pcr).putInt(9).putInt(0x40000009);
    body.putShort((short) 0).put((byte) 0).putShort((short) 0);
    return command(0x8002, 0x13d, body.array());
  }

  private static byte[] command(int tag, int code, byte[] body) {
    return ByteBuffer.allocate(10 + body.length)
        .putShort((short) tag)
        .putInt(10 + body.length)
        .putInt(code)
        .put(body)
        .array();
  }
}
