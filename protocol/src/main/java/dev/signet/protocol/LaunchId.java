// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;

/** Names one launch of an agent: 16 random bytes in base64url (22 characters). */
public record LaunchId(@JsonValue String value) {
  private static final int BYTES = 16;

  @JsonCreator
  public LaunchId {
    if (value == null || value.length() != 22 || Bytes.fromBase64Url(value).size() != BYTES) {
      throw new IllegalArgumentException("expected a launch id of 16 bytes in base64url");
    }
  }

  public static LaunchId random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new LaunchId(Bytes.of(bytes).toBase64Url());
  }

  @Override
  public String toString() {
    return value;
  }
}
