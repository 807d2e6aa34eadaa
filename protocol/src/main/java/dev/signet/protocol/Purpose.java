// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a nonce was given for; part of the signed evidence so that one cannot serve for another. */
public enum Purpose {
  /** Proves an attestation key when a host enrols. */
  @JsonProperty("enrol")
  ENROL(1),
  /** Asks for a state approval, with which the TPM releases the sealed request key. */
  @JsonProperty("release")
  RELEASE(2),
  /** Asks for an identity token; the request key signs too. */
  @JsonProperty("attest")
  ATTEST(3);

  private final int code;

  Purpose(int code) {
    this.code = code;
  }

  /** The byte that stands for this purpose in the evidence input. */
  public int code() {
    return code;
  }
}
