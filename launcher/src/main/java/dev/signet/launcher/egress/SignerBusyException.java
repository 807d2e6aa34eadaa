// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.time.Duration;

/** The signing key has more to sign than it can before requests give up. */
public final class SignerBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * @param retryAfter when it is worth coming again, whole seconds
   */
  public SignerBusyException(Duration retryAfter) {
    super("the signing key is busy; try again in " + retryAfter.toSeconds() + " s");
    this.retryAfter = retryAfter;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
