// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the request key is kept (DESIGN section 2.7); stated in every result. */
public enum KeyProtection {
  /** Sealed by the TPM, released only into an approved state, then in the launcher's memory. */
  @JsonProperty("sealed")
  SEALED("sealed"),
  /**
   * Made by the TPM for one launch below its NULL hierarchy, certified by the attestation key, used
   * inside the TPM; it never leaves it and is gone with the launch.
   */
  @JsonProperty("resident")
  RESIDENT("resident");

  private final String wireName;

  KeyProtection(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }
}
