// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.JavaProcess;
import java.io.IOException;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;

/**
 * A proxy that can be asked for {@code http://} targets and for tunnels, which it opens.
 *
 * @param port on loopback
 * @param tunnels trusts the authority by which it answers in tunnels
 * @param program ends it
 */
record RunningProxy(
    String name, ProcessHandle handle, int port, SSLSocketFactory tunnels, Program program)
    implements AutoCloseable {

  /** What ends a proxy. */
  interface Program extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** Resident memory in KiB, of all its processes. */
  static double residentKibibytes(ProcessHandle process) throws IOException {
    double sum = 0;
    for (ProcessHandle one : Stream.concat(Stream.of(process), process.descendants()).toList()) {
      sum += JavaProcess.residentMebibytes(one.pid()) * 1024;
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    program.close();
  }
}
