// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.nio.charset.StandardCharsets;

/**
 * An HTTP answer.
 *
 * @param body its bytes, not copied
 */
public record Answer(int status, byte[] body) {
  /** The body as text, for messages and simple checks. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
