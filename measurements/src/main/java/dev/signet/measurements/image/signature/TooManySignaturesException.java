// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

/** Ends a search: what was not looked at could be what counts. */
final class TooManySignaturesException extends Exception {
  private static final long serialVersionUID = 1;

  TooManySignaturesException(String what, int limit) {
    super("expected at most " + limit + " " + what + " beside the image: remove old ones");
  }
}
