// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.lang.instrument.Instrumentation;

/** A Java agent that tells when it was let in. */
public final class EvilAgent {
  private EvilAgent() {}

  public static void premain(String arguments, Instrumentation instrumentation) {
    System.out.println("EVIL");
  }

  public static void agentmain(String arguments, Instrumentation instrumentation) {
    System.out.println("EVIL");
  }

  public static void main(String[] args) {
    System.out.println("EVIL");
  }
}
