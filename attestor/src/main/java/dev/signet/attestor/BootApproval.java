// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.util.SortedMap;

/**
 * A boot state in which a host's launcher secret may be released, signed by its approver: a file.
 * It does not end; see {@code docs/limitations.md}.
 *
 * @param version of this form, 1
 * @param akName whose host it is, 34 bytes
 * @param pcrs SHA-256 bank
 * @param signature r || s over {@link BootState#toSign}
 */
public record BootApproval(
    int version, Bytes akName, SortedMap<Integer, Digest> pcrs, Bytes signature) {
  public BootApproval {
    pcrs = new BootState(version, akName, pcrs).pcrs();
    if (signature == null || signature.size() != 64) {
      throw new IllegalArgumentException("signature: expected 64 bytes r || s");
    }
  }

  BootState state() {
    return new BootState(version, akName, pcrs);
  }
}
