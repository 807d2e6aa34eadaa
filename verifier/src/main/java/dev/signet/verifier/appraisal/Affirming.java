// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import java.util.List;

/**
 * Everything was as the registration and the reference statement say. Only {@link Appraiser} makes
 * one.
 */
public final class Affirming implements AppraisalResult {
  private final VerifiedLaunchLog log;
  private final Claim claim;
  private final LaunchEvent.Start start;
  private final Appraisal appraisal;
  private final List<String> waivers;

  Affirming(
      VerifiedLaunchLog log,
      Claim claim,
      LaunchEvent.Start start,
      Appraisal appraisal,
      List<String> waivers) {
    this.log = log;
    this.claim = claim;
    this.start = start;
    this.appraisal = appraisal;
    this.waivers = List.copyOf(waivers);
  }

  /** The launch log and, in it, the quote that were appraised. */
  public VerifiedLaunchLog log() {
    return log;
  }

  public Claim claim() {
    return claim;
  }

  /** The live launch. */
  public LaunchEvent.Start start() {
    return start;
  }

  /** What was checked, as results state it. */
  public Appraisal appraisal() {
    return appraisal;
  }

  /** What an operator chose not to have checked, with the reasons. */
  public List<String> waivers() {
    return waivers;
  }

  /** Digests of the launched artifacts, in the order of the launch event. */
  public List<Digest> measurements() {
    return start.artifacts().stream().map(LaunchEvent.Artifact::digest).toList();
  }
}
