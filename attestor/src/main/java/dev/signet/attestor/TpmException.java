// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;

/** The TPM refused a command. */
public final class TpmException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int rawCode;
  private final String command;

  TpmException(String command, ResponseCode code) {
    super(command + ": the TPM answered " + code.words());
    this.rawCode = code.raw();
    this.command = command;
  }

  /** The 32-bit response code as it came. */
  public int rawCode() {
    return rawCode;
  }

  /** The command's name, for example {@code Unseal}. */
  public String command() {
    return command;
  }

  /** Whether the code is {@code kind}, whichever parameter, handle or session it is about. */
  boolean is(int kind) {
    return new ResponseCode(rawCode).kind() == kind;
  }
}
