// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

/** Loaded by {@link ProbeAgent} long after its start. */
final class LazyPart {
  private LazyPart() {}

  static String text() {
    return "good";
  }
}
