// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.verifier.eventlog.VerifiedFirmwareLog;
import dev.signet.verifier.ima.ImaReplay;
import java.util.Optional;

/**
 * The host's own logs that a quote proves, as far as a registration asks for them.
 *
 * @param firmware empty if the verifier has none of this boot
 * @param ima the newest piece of IMA's log, replayed; what was before it was judged by the same
 *     policy in this boot
 */
public record ProvedLogs(Optional<VerifiedFirmwareLog> firmware, Optional<ImaReplay> ima) {
  public static final ProvedLogs NONE = new ProvedLogs(Optional.empty());

  public ProvedLogs(Optional<VerifiedFirmwareLog> firmware) {
    this(firmware, Optional.empty());
  }

  public ProvedLogs with(Optional<ImaReplay> log) {
    return new ProvedLogs(firmware, log);
  }
}
