// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** An interposer on the TPM's bus: it reads everything, and changes what it is told to. */
final class BusTap {
  private TpmTransport current;
  private final List<byte[]> seen = new ArrayList<>();
  private UnaryOperator<byte[]> onCommand = UnaryOperator.identity();
  private UnaryOperator<byte[]> onResponse = UnaryOperator.identity();

  /** Slips a command of the interposer's own onto the bus. */
  byte[] sendRaw(byte[] command) throws IOException {
    return current.send(command);
  }

  TpmTransport tapping(TpmTransport real) {
    current = real;
    return new TpmTransport() {
      @Override
      public byte[] send(byte[] command) throws IOException {
        byte[] sent;
        byte[] received;
        try {
          sent = onCommand.apply(command.clone());
          received = onResponse.apply(real.send(sent));
        } catch (java.io.UncheckedIOException e) {
          throw e.getCause();
        }
        synchronized (seen) {
          seen.add(sent);
          seen.add(received);
        }
        return received;
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  void changingCommands(UnaryOperator<byte[]> change) {
    onCommand = change;
  }

  void changingResponses(UnaryOperator<byte[]> change) {
    onResponse = change;
  }

  void clear() {
    synchronized (seen) {
      seen.clear();
    }
  }

  int messages() {
    synchronized (seen) {
      return seen.size();
    }
  }

  boolean saw(byte[] secret) {
    synchronized (seen) {
      return seen.stream().anyMatch(message -> contains(message, secret));
    }
  }

  static int commandCode(byte[] command) {
    return ByteBuffer.wrap(command).getInt(6);
  }

  private static boolean contains(byte[] message, byte[] secret) {
    for (int i = 0; i + secret.length <= message.length; i++) {
      if (Arrays.equals(message, i, i + secret.length, secret, 0, secret.length)) {
        return true;
      }
    }
    return false;
  }
}
