// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Digest;

/** What is known of a request's body when its head is judged. */
public sealed interface RequestBody {
  /** There is none. */
  record None() implements RequestBody {}

  /** All of it. The array is not copied and must not change. */
  record Complete(byte[] content) implements RequestBody {}

  /** Its SHA-256, from somebody who is trusted to have read it. */
  record Hashed(Digest sha256) implements RequestBody {}

  /** It is still to come; whoever reads it checks it against {@code unreadBody}. */
  record Streaming() implements RequestBody {}
}
