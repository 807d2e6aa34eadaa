// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

/**
 * How much is looked at. Over the numbers nothing is accepted, since the one that counts could be
 * what was left out; over the sizes one candidate is not.
 *
 * @param pages of a list of referrers
 * @param referrers in all pages, of whatever kind
 * @param signatures that are fetched and checked, of all kinds together
 * @param documentBytes of a page or a manifest
 * @param layers of one manifest
 * @param payloadBytes of what a simple signature is over
 */
record SignatureLimits(
    int pages, int referrers, int signatures, int documentBytes, int layers, int payloadBytes) {
  static SignatureLimits standard() {
    return new SignatureLimits(16, 1000, 32, 1 << 20, 32, 64 << 10);
  }
}
