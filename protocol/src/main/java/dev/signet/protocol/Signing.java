// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which key signs requests; stated in every result. */
public enum Signing {
  /** The request key that the launch event names. */
  @JsonProperty("direct")
  DIRECT("direct"),
  /** A software key that the request key vouched for, for minutes (see {@link Lease}). */
  @JsonProperty("lease")
  LEASE("lease");

  private final String wireName;

  Signing(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }
}
