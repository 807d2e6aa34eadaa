// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an image runs on, in Go's names (OCI image index, {@code platform}).
 *
 * @param variant of the architecture, or empty
 */
public record Platform(String os, String architecture, String variant) {
  private static final Pattern FORM =
      Pattern.compile("([a-z0-9]{1,32})/([a-z0-9_]{1,32})(?:/([a-z0-9.]{1,32}))?");

  /**
   * Reads {@code OS/ARCHITECTURE} or {@code OS/ARCHITECTURE/VARIANT}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Platform parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "expected a platform such as linux/amd64 or linux/arm64/v8, got \"" + text + "\"");
    }
    return new Platform(form.group(1), form.group(2), form.group(3) == null ? "" : form.group(3));
  }

  /** Whether {@code other} is this one; a variant counts where both name one. */
  boolean fits(Platform other) {
    return os.equals(other.os)
        && architecture.equals(other.architecture)
        && (variant.isEmpty() || other.variant.isEmpty() || variant.equals(other.variant));
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
