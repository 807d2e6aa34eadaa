// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

/** What Jazzer calls: the target's name comes as the argument. */
public final class JazzerEntry {
  private static FuzzTarget target;

  private JazzerEntry() {}

  public static void fuzzerInitialize(String[] arguments) {
    target = FuzzTarget.valueOf(arguments[0]);
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    target.accepts(input);
  }
}
