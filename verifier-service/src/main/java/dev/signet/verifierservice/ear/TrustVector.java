// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.ear;

import dev.signet.protocol.Appraisal;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an appraisal says in the words of AR4SI (draft-ietf-rats-ar4si, section 2.3). A claim is
 * made only where something was checked that means it; a claim that is absent says that nothing
 * was. The status is never better than what stands behind it:
 *
 * <ul>
 *   <li>{@code runtime-opaque}, {@code file-system}, {@code sourced-data}: never. A TPM does not
 *       keep the host's administrator from the agent's memory or disks.
 *   <li>{@code storage-opaque}: never. That the request key is sealed is the launcher's word.
 *   <li>{@code executables} of the host is 2 (and what was loaded since) only where a policy judged
 *       everything in IMA's log, else at most 3 (what was started). That of the agent is at most 3:
 *       IMA does not see what a Java virtual machine makes of a file.
 * </ul>
 */
final class TrustVector {
  /** Of a status: nothing was found wrong, and something that matters was not checked. */
  static final int WARNING = 32;

  static final int AFFIRMING = 2;

  private static final int RECOGNIZED = 2;
  private static final int APPROVED_SINCE_BOOT = 2;
  private static final int APPROVED_AT_START = 3;
  private static final int APPROVED_CONFIGURATION = 2;

  /** The firmware's configuration, and which keys it boots by (TCG PC Client PFP, 3.3.4). */
  private static final Set<Integer> CONFIGURATION_PCRS = Set.of(1, 7);

  private TrustVector() {}

  /**
   * What is known beside the appraisal.
   *
   * @param hardware the TPM's certificate is of a pinned maker that does not call it a simulator
   * @param pcrs in every quote
   */
  record Facts(Appraisal appraisal, boolean hardware, Set<Integer> pcrs) {
    Facts {
      pcrs = Set.copyOf(pcrs);
    }

    /** The system that booted is the expected one, all of it, and a listed launcher ran on it. */
    private boolean bootVerified() {
      boolean judged =
          switch (appraisal.boot()) {
            case PINNED, EVENT_LOG -> true;
            case WAIVED -> false;
          };
      return judged && appraisal.launcher() == Appraisal.Launcher.VERIFIED_BOOT;
    }
  }

  /**
   * One submodule.
   *
   * @param status {@link #AFFIRMING} or {@link #WARNING}; what is worse has no token
   * @param claims AR4SI names and values, none of them 0
   */
  record Appraised(int status, SortedMap<String, Integer> claims) {}

  /** The host: its TPM, and what booted on it. */
  static Appraised platform(Facts facts) {
    SortedMap<String, Integer> claims = new TreeMap<>();
    if (facts.hardware()) {
      claims.put("hardware", RECOGNIZED);
      // The key in this TPM answered. A simulator's may answer in two places.
      claims.put("instance-identity", RECOGNIZED);
    }
    if (facts.bootVerified()) {
      boolean sinceBoot = facts.appraisal().ima() == Appraisal.Ima.APPRAISED;
      claims.put("executables", sinceBoot ? APPROVED_SINCE_BOOT : APPROVED_AT_START);
      if (facts.pcrs().containsAll(CONFIGURATION_PCRS)) {
        claims.put("configuration", APPROVED_CONFIGURATION);
      }
    }
    boolean all = facts.hardware() && facts.bootVerified();
    return new Appraised(all ? AFFIRMING : WARNING, claims);
  }

  /** The agent, as the launcher measured it: worth what the launcher is worth. */
  static Appraised agent(Facts facts) {
    boolean measured = facts.hardware() && facts.bootVerified();
    SortedMap<String, Integer> claims =
        measured ? new TreeMap<>(Map.of("executables", APPROVED_AT_START)) : new TreeMap<>();
    return new Appraised(measured ? AFFIRMING : WARNING, claims);
  }
}
