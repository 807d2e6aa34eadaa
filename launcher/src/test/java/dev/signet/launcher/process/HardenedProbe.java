// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;

/** Hardens itself as a launcher does, says how far, and waits. */
public final class HardenedProbe {
  private HardenedProbe() {}

  public static void main(String[] args) throws IOException {
    System.out.println(LauncherHardening.apply());
    System.out.flush();
    System.in.read();
  }
}
