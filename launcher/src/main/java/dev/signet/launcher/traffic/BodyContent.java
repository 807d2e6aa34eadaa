// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.launcher.traffic.ExchangeRecord.Omitted;

/** What is recorded of one body. */
sealed interface BodyContent {
  /**
   * To be sealed.
   *
   * @param whole whether {@code content} is all of it
   * @param redacted how many values were taken out
   * @param coding the content coding that is still on it; null if none
   */
  record Kept(byte[] content, boolean whole, int redacted, String coding) implements BodyContent {}

  /** To be left out. */
  record Left(Omitted why) implements BodyContent {}
}
