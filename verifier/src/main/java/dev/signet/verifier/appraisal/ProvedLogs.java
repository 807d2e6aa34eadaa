// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.verifier.eventlog.VerifiedFirmwareLog;
import java.util.Optional;

/**
 * The host's own logs that a quote proves, as far as a registration asks for them.
 *
 * @param firmware empty if the verifier has none of this boot
 */
public record ProvedLogs(Optional<VerifiedFirmwareLog> firmware) {
  public static final ProvedLogs NONE = new ProvedLogs(Optional.empty());
}
