// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

/** What a key signs; a key has one purpose. */
public enum KeyPurpose {
  TOKEN("token"),
  SNAPSHOT("snapshot"),
  APPROVAL("approval");

  private final String wireName;

  KeyPurpose(String wireName) {
    this.wireName = wireName;
  }

  /** As {@code signet_purpose} in {@code GET /v1/keys}. */
  public String wireName() {
    return wireName;
  }
}
