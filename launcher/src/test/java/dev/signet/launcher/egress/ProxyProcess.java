// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A proxy in a process of its own, which prints its port and lives until its input ends. */
public final class ProxyProcess {
  private ProxyProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (ProxyFixture fixture =
        new ProxyFixture(
            EgressLimits.standard(), Optional.empty(), (client, own) -> Optional.empty())) {
      System.out.println(fixture.port());
      awaitEnd(System.in);
    }
  }

  private static void awaitEnd(InputStream in) throws IOException {
    while (in.read() >= 0) {
      continue;
    }
  }
}
