// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

/**
 * What is wrong with one thing that lies beside an image.
 *
 * @param place where it is
 * @param name of the refusal, as docs/refusals.md has it
 * @param detail what was expected and what came
 * @param authentic whether somebody who is believed did sign it
 */
public record ImageSignatureFinding(String place, String name, String detail, boolean authentic) {
  @Override
  public String toString() {
    return place + ": " + name + ": " + detail;
  }
}
