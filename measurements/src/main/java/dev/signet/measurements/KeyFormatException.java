// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

/** A key file that is not what was expected. The message never quotes what the file holds. */
public final class KeyFormatException extends Exception {
  private static final long serialVersionUID = 1;

  KeyFormatException(String message) {
    super(message);
  }
}
