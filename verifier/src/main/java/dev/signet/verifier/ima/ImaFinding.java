// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import java.util.List;

/**
 * Something that the policy does not allow.
 *
 * @param entry its number in the log, from 0
 * @param path of the file, or the name of the buffer or template
 * @param got the digest measured, or what else was wrong
 * @param allowed digests that the policy allows there
 * @param allow the line of a policy that would allow it; null where none can
 */
public record ImaFinding(long entry, String path, String got, List<String> allowed, String allow) {
  @Override
  public String toString() {
    return "entry %d, %s: expected %s, got %s%s"
        .formatted(
            entry,
            path,
            allowed.isEmpty() ? "nothing there" : "one of " + allowed,
            got,
            allow == null ? "" : "; allowed by " + allow);
  }
}
