// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;

/**
 * A sealed key on disk: worth nothing on another TPM, in another state, or without the
 * authorization value.
 *
 * @param version 2; version 1 had no secrets key, and is read only to be made anew
 * @param point of the request key, x || y
 * @param secretsPoint of the secrets key, x || y; the object's policy speaks of it
 * @param approvalPoint of the key whose approvals release it, x || y
 * @param publicArea TPMT_PUBLIC of the sealed object
 */
record SealedKeyState(
    int version,
    AgentId agent,
    Bytes point,
    Bytes secretsPoint,
    Bytes approvalPoint,
    Bytes auth,
    Bytes publicArea,
    Bytes privatePart) {
  static final int VERSION = 2;
  private static final int WITHOUT_SECRETS_KEY = 1;

  SealedKeyState {
    if (version != VERSION && version != WITHOUT_SECRETS_KEY) {
      throw new IllegalArgumentException(
          "version: expected " + VERSION + ", got " + version + "; it is of another Signet");
    }
    if (agent == null
        || point == null
        || (secretsPoint == null) != (version == WITHOUT_SECRETS_KEY)
        || approvalPoint == null
        || auth == null
        || publicArea == null
        || privatePart == null) {
      throw new IllegalArgumentException("expected all members of a sealed key");
    }
  }

  /** File names hide nothing; the digest keeps any agent id a legal one. */
  static String file(AgentId agent) {
    return Digest.hash(agent.value().getBytes(java.nio.charset.StandardCharsets.UTF_8)).toHex()
        + ".json";
  }

  PublicJwk requestKey() {
    return PublicJwk.ofPoint(point.toArray());
  }

  boolean current() {
    return version == VERSION;
  }

  PublicJwk secretsKey() {
    return PublicJwk.ofPoint(secretsPoint.toArray());
  }

  PublicJwk approvalKey() {
    return PublicJwk.ofPoint(approvalPoint.toArray());
  }

  ObjectCommands.Created object() throws IOException {
    return new ObjectCommands.Created(
        PublicArea.parse(publicArea.toArray()), privatePart.toArray());
  }

  @Override
  public String toString() {
    return "SealedKeyState[" + agent + "]";
  }
}
