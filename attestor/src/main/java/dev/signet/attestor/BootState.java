// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a host was booted, for its approver to look at and sign: a file.
 *
 * @param version of this form, 1
 * @param akName whose host it is, 34 bytes
 * @param pcrs SHA-256 bank
 */
public record BootState(int version, Bytes akName, SortedMap<Integer, Digest> pcrs) {
  public static final int VERSION = 1;

  public BootState {
    if (version != VERSION || akName == null || akName.size() != 34) {
      throw new IllegalArgumentException("expected a boot state of version 1, with an AK Name");
    }
    if (pcrs == null || pcrs.isEmpty() || pcrs.containsValue(null)) {
      throw new IllegalArgumentException("pcrs: expected at least one value");
    }
    pcrs.keySet().forEach(PcrCommands::requireIndex);
    pcrs = Collections.unmodifiableSortedMap(new TreeMap<>(pcrs));
  }

  /** What the approver signs, 64 bytes: approvedPolicy || policyRef. */
  public byte[] toSign() {
    return Octets.concat(
        SealedLauncherSecret.approvedPolicy(pcrs),
        SealedLauncherSecret.policyRef(akName.toArray()));
  }

  /**
   * Approves it.
   *
   * @param signature r || s over {@link #toSign}, 64 bytes
   */
  public BootApproval approved(Bytes signature) {
    return new BootApproval(VERSION, akName, pcrs, signature);
  }
}
