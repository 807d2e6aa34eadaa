// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.crypto;

/** The signature algorithms that are compared, and what each provider calls them. */
public enum CurveAlgorithm {
  P256("P-256", "EC", "ecdsap256"),
  ED25519("Ed25519", "Ed25519", "ed25519");

  private final String title;
  private final String keyName;
  private final String openSslName;

  CurveAlgorithm(String title, String keyName, String openSslName) {
    this.title = title;
    this.keyName = keyName;
    this.openSslName = openSslName;
  }

  String title() {
    return title;
  }

  String keyName() {
    return keyName;
  }

  String openSslName() {
    return openSslName;
  }
}
