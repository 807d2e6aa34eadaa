// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import java.io.IOException;

/** The database cannot be used now (full or read-only disk, overload, closed). Nothing was done. */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  StorageException(String message) {
    super(message);
  }
}
