// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.LogRequest;
import dev.signet.verifier.eventlog.VerifiedFirmwareLog;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedQuote;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.FirmwareLogs;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;

/** Which of a host's own logs are asked for, and which are kept so as not to ask again. */
final class HostLogKeeping {
  private HostLogKeeping() {}

  /**
   * Whoever knows a key's Name gets this answer: it tells what the verifier has, not what is
   * registered.
   */
  static LogRequest wanted(Transaction tx, AttestationKeys.Live key) throws SQLException {
    return new LogRequest(
        key.resetCount(),
        key.restartCount(),
        FirmwareLogs.has(tx, key) ? LogRequest.State.KNOWN : LogRequest.State.WANTED);
  }

  /** Keeps the logs of evidence that was accepted, as far as the quote proves them. */
  static void keep(Transaction tx, AttestationRequest request, VerifiedLaunchLog proved)
      throws SQLException {
    Bytes log = request.logs().firmware();
    VerifiedQuote quote = proved.quote();
    if (log != null
        && VerifiedFirmwareLog.replayWhole(log, quote, proved.registerPcr())
            instanceof Verification.Authentic<VerifiedFirmwareLog>) {
      FirmwareLogs.keep(tx, request.akName(), quote.clockInfo(), log);
    }
  }
}
