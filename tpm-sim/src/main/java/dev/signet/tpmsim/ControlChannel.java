// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * swtpm's control channel: a big-endian u32 command out, a big-endian u32 result in (swtpm,
 * tpm_ioctl.h). Unlike the data channel it may be asked while a client is connected.
 */
record ControlChannel(SocketAddress address) {
  private static final int GET_CAPABILITY = 1;
  private static final int SHUTDOWN = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** Whether swtpm answers. A probe of the data channel would take its only client's place. */
  boolean answers() {
    try {
      return call(GET_CAPABILITY).length >= 4;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends the process. It does not send TPM2_Shutdown: whoever wants an orderly one did so. */
  void shutdown() throws IOException {
    call(SHUTDOWN);
  }

  private byte[] call(int command) throws IOException {
    byte[] message = ByteBuffer.allocate(4).putInt(command).array();
    return ShortExchange.exchange(address, message, 4, TIMEOUT);
  }
}
