// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.lang.instrument.Instrumentation;

/** Code that nobody measured: it tells when it was let in, and into which program. */
public final class EvilAgent {
  private EvilAgent() {}

  private static void tell() {
    System.out.println("EVIL in " + System.getProperty("sun.java.command"));
  }

  public static void premain(String arguments, Instrumentation instrumentation) {
    tell();
  }

  public static void agentmain(String arguments, Instrumentation instrumentation) {
    tell();
  }

  public static void main(String[] args) {
    tell();
  }
}
