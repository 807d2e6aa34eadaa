// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

/** Bytes that are not a log of IMA in a form that is understood; says what was expected. */
public final class MalformedImaLogException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedImaLogException(String message) {
    super(message);
  }
}
