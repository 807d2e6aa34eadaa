// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.io.IOException;

/**
 * Content is not what its Content-Digest says, is longer than allowed, or was not read to its end.
 */
public final class DigestMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  DigestMismatchException(String message) {
    super(message);
  }
}
