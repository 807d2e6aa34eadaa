// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.crypto;

import dev.signet.bench.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * What {@code openssl speed} says of this machine.
 *
 * @param signs signatures a second
 * @param verifies verifications a second
 */
record OpenSslSpeed(double signs, double verifies) {
  private static final String ECDSA_RESULT = "+F4";
  private static final String EDDSA_RESULT = "+F6";

  /**
   * Runs it on the processor that the current thread is bound to. It divides by the processor time
   * that it got.
   */
  static OpenSslSpeed run(CurveAlgorithm algorithm, Duration window)
      throws IOException, InterruptedException {
    String seconds = Long.toString(Math.max(1, window.toSeconds()));
    String output =
        Processes.output(
            Duration.ofSeconds(30),
            List.of("openssl", "speed", "-mr", "-seconds", seconds, algorithm.openSslName()));
    return parse(output);
  }

  /** Reads the machine-readable form: {@code +F4:index:bits:signs/s:verifies/s}. */
  static OpenSslSpeed parse(String output) throws IOException {
    for (String line : output.lines().toList()) {
      if (line.startsWith(ECDSA_RESULT) || line.startsWith(EDDSA_RESULT)) {
        String[] parts = line.split(":", -1);
        try {
          return new OpenSslSpeed(
              Double.parseDouble(parts[parts.length - 2]),
              Double.parseDouble(parts[parts.length - 1]));
        } catch (NumberFormatException e) {
          throw new IOException("expected two rates in openssl's answer, got " + line, e);
        }
      }
    }
    throw new IOException("expected a line +F4 or +F6 in openssl's answer, got " + output);
  }
}
