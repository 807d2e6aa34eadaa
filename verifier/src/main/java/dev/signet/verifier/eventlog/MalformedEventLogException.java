// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

/** The bytes are not a firmware event log, or not a whole one. */
public final class MalformedEventLogException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedEventLogException(String message) {
    super(message);
  }
}
