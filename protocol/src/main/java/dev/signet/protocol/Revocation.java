// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One revoked thing.
 *
 * @param value agent: SPIFFE ID; launch: launch id; key: RFC 7638 thumbprint; host: host id; tpm:
 *     {@code sha256:} of the EK certificate; measurement: {@code sha256:} of an artifact, or of the
 *     payload of a reference statement
 * @param since seconds since 1970
 */
public record Revocation(Scope scope, String value, long since) {
  /** What kind of thing is revoked. */
  public enum Scope {
    @JsonProperty("agent")
    AGENT,
    @JsonProperty("launch")
    LAUNCH,
    @JsonProperty("key")
    KEY,
    @JsonProperty("host")
    HOST,
    @JsonProperty("tpm")
    TPM,
    @JsonProperty("measurement")
    MEASUREMENT
  }

  public Revocation {
    Require.present(scope, "scope");
    Require.text(value, 255, "value");
    switch (scope) {
      case AGENT -> new AgentId(value);
      case LAUNCH -> new LaunchId(value);
      case HOST -> new HostId(value);
      case TPM, MEASUREMENT -> Digest.parse(value);
      case KEY -> {
        if (Bytes.fromBase64Url(value).size() != Digest.BYTES) {
          throw new IllegalArgumentException("value: expected an RFC 7638 thumbprint");
        }
      }
    }
  }
}
