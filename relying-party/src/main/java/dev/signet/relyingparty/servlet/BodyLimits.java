// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

/**
 * How bodies are taken.
 *
 * @param small bytes up to which a body is held in memory and checked before the servlet runs
 * @param most bytes over which a body is refused
 */
public record BodyLimits(int small, long most) {
  /** 64 KiB checked ahead, 64 MiB at most. */
  public static final BodyLimits STANDARD = new BodyLimits(64 * 1024, 64L * 1024 * 1024);

  public BodyLimits {
    if (small < 0 || most < small) {
      throw new IllegalArgumentException("expected 0 or more, and most no less than small");
    }
  }
}
