// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.util.List;
import java.util.TreeSet;

/**
 * Who says in which boot states a host's launcher secret is released.
 *
 * @param key P-256; signs boot states and nothing else, since a TPM's policy has no room to say
 *     what a signature is for
 * @param pcrs that make up a boot state, ascending; none that anybody can reset
 */
public record BootApprover(PublicJwk key, List<Integer> pcrs) {
  /**
   * Firmware, option ROMs, boot loader, secure boot (PC Client Platform Firmware Profile, 3.3.4).
   */
  public static final List<Integer> DEFAULT_PCRS = List.of(0, 2, 4, 7);

  public BootApprover {
    pcrs = List.copyOf(new TreeSet<>(pcrs));
    if (key == null || pcrs.isEmpty()) {
      throw new IllegalArgumentException("expected a key and at least one PCR");
    }
    for (int pcr : pcrs) {
      if (pcr < 0 || pcr > 14 || pcr == 10) {
        throw new IllegalArgumentException(
            "PCR "
                + pcr
                + " does not say how the host was booted: expected some of 0 to 14 without 10,"
                + " which moves while the system runs; 15 is the launch register's, and 16 and 23"
                + " can be reset by anybody");
      }
    }
  }
}
