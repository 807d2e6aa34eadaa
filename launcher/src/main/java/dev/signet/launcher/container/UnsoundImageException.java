// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.io.IOException;

/** An image whose digests are as signed, but which cannot be started as it is. */
public final class UnsoundImageException extends IOException {
  private static final long serialVersionUID = 1;

  UnsoundImageException(String detail) {
    super(detail);
  }
}
