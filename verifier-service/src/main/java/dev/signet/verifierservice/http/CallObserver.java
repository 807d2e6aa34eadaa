// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

/** Told of every answered call, for metrics. */
@FunctionalInterface
public interface CallObserver {
  /**
   * @param route the template, or {@code none}
   * @param reason {@code OK} or the refusal's name
   */
  void answered(String route, String reason, long nanos);
}
