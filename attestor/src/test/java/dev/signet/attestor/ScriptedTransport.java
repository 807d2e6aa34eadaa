// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** A TPM of a few lines, for answers that a simulator does not give. */
final class ScriptedTransport implements TpmTransport {
  private final Function<Integer, byte[]> answers;
  int sent;

  /**
   * @param answers by the number of the command, from 1
   */
  ScriptedTransport(Function<Integer, byte[]> answers) {
    this.answers = answers;
  }

  static byte[] code(int responseCode) {
    return ByteBuffer.allocate(10).putShort((short) 0x8001).putInt(10).putInt(responseCode).array();
  }

  @Override
  public byte[] send(byte[] command) throws IOException {
    return answers.apply(++sent);
  }

  @Override
  public void close() {}
}
