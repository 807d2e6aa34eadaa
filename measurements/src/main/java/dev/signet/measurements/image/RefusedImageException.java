// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.io.IOException;

/**
 * An image that may not be measured, on its way to becoming a {@link ImageMeasurement.Refused}. It
 * passes through streams, and so is an {@link IOException}.
 */
final class RefusedImageException extends IOException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  RefusedImageException(Reason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
