// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;
import java.util.Set;

/**
 * What was checked, and no more than that (AR4SI's rule).
 *
 * @param boot how the boot state was judged
 * @param bootReason the operator's words for a waiver, else null
 * @param launcher how much the launcher's own digest is worth
 * @param isolation how the agent is kept apart from its host, by the launcher's word
 * @param register where the launch events are
 * @param key how the request key is kept
 * @param signing whether it signs requests itself; null in results of earlier verifiers, where it
 *     did
 * @param securityVersion of the reference statement
 * @param ima how what ran since boot was judged by IMA's log; null if it was not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Appraisal(
    Boot boot,
    String bootReason,
    Launcher launcher,
    Isolation isolation,
    Register register,
    KeyProtection key,
    Signing signing,
    long securityVersion,
    Ima ima) {
  public Appraisal {
    Require.present(boot, "boot");
    Require.present(launcher, "launcher");
    Require.present(isolation, "isolation");
    Require.present(register, "register");
    Require.present(key, "key");
    signing = signing == null ? Signing.DIRECT : signing;
    if ((boot == Boot.WAIVED) != (bootReason != null)) {
      throw new IllegalArgumentException("bootReason: expected exactly with a waiver");
    }
  }

  /** Of a request key that signs by itself, without IMA's log. */
  public Appraisal(
      Boot boot,
      String bootReason,
      Launcher launcher,
      Isolation isolation,
      Register register,
      KeyProtection key,
      long securityVersion) {
    this(
        boot,
        bootReason,
        launcher,
        isolation,
        register,
        key,
        Signing.DIRECT,
        securityVersion,
        null);
  }

  /** How IMA's log was judged. */
  public enum Ima {
    /** Everything that the kernel measured since boot is what the policy allows. */
    @JsonProperty("appraised")
    APPRAISED,
    /** The same, but for paths that the policy leaves out. */
    @JsonProperty("appraised-in-part")
    APPRAISED_IN_PART
  }

  /** How the boot state was judged. */
  public enum Boot {
    /** The quoted boot PCRs equal values that an operator pinned. */
    @JsonProperty("pinned")
    PINNED,
    /** The firmware's event log leads to the quoted boot PCRs and shows only what is allowed. */
    @JsonProperty("event-log")
    EVENT_LOG,
    /** Not judged; the registration gives a reason. */
    @JsonProperty("waived")
    WAIVED
  }

  /** What stands behind the launcher's digest. */
  public enum Launcher {
    /** Only the launcher's own word. */
    @JsonProperty("self-reported")
    SELF_REPORTED,
    /** Its own word, from an operating system whose boot was judged. */
    @JsonProperty("verified-boot")
    VERIFIED_BOOT
  }

  /** Where the launch events are: what users of the TPM other than the launcher can do to them. */
  public enum Register {
    /** In a PCR, which every user of the TPM can extend, and nobody can take back. */
    @JsonProperty("pcr")
    PCR,
    /** In an NV index, which only the launcher can extend, and nobody can take back. */
    @JsonProperty("nv")
    NV
  }

  /**
   * How the agent is kept apart from its host. It is what the launcher recorded before the start:
   * worth as much as {@link Launcher} says.
   */
  public enum Isolation {
    /** A user, a network and file systems of its own; the signing proxy is its only way out. */
    @JsonProperty("full")
    FULL,
    /** At least one of these is the host's: what it sends past the proxy is not stopped. */
    @JsonProperty("none")
    NONE;

    /** The measures of a launch event that are full isolation together. */
    public static final Set<String> FULL_MEASURES =
        Set.of("no-new-privileges", "other-user", "own-mounts", "own-network");

    /**
     * @param measures that a launch event names
     */
    public static Isolation of(Collection<String> measures) {
      return measures.containsAll(FULL_MEASURES) ? FULL : NONE;
    }
  }
}
