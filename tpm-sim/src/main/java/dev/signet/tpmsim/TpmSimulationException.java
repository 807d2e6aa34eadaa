// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;

/** The simulator cannot do what was asked; the message says what was expected and what to do. */
public final class TpmSimulationException extends IOException {
  private static final long serialVersionUID = 1L;

  TpmSimulationException(String message) {
    super(message);
  }

  TpmSimulationException(String message, Throwable cause) {
    super(message, cause);
  }
}
