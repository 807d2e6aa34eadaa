// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;

/**
 * The upstream says that it has not begun with a request (RFC 9113 section 8.7), so that it may be
 * sent again whatever its method.
 */
final class NotProcessedException extends IOException {
  private static final long serialVersionUID = 1;

  NotProcessedException(String message) {
    super(message);
  }
}
