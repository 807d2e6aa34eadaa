// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.LogRequest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.BootExpectation;
import dev.signet.verifier.appraisal.ProvedLogs;
import dev.signet.verifier.eventlog.VerifiedFirmwareLog;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.Verification.Authentic;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedQuote;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.FirmwareLogs;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** Which of a host's own logs are asked for, and which are kept so as not to ask again. */
final class HostLogKeeping {
  private HostLogKeeping() {}

  /**
   * Whoever knows a key's Name gets this answer: it tells what the verifier has and, of what is
   * registered, only whether IMA's log is judged.
   */
  static LogRequest wanted(Transaction tx, AttestationKeys.Live key, ChallengeRequest request)
      throws SQLException {
    return new LogRequest(
        key.resetCount(),
        key.restartCount(),
        FirmwareLogs.has(tx, key) ? LogRequest.State.KNOWN : LogRequest.State.WANTED,
        ImaLogs.wanted(tx, key, request));
  }

  /**
   * The logs that the registration asks for: those of the evidence, or those kept of this very
   * boot.
   *
   * @return refused if a log is not what the quote proves
   */
  static Verification<ProvedLogs> prove(
      Database database, AttestationRequest request, VerifiedQuote quote, BootExpectation boot)
      throws IOException {
    if (!(boot instanceof BootExpectation.FirmwareLog(FirmwareLogPolicy policy))) {
      return new Authentic<>(ProvedLogs.NONE);
    }
    Optional<Bytes> log = Optional.ofNullable(request.logs().firmware());
    if (log.isEmpty()) {
      log = database.read(tx -> FirmwareLogs.find(tx, request.akName(), quote.clockInfo()));
    }
    if (log.isEmpty()) {
      return new Authentic<>(ProvedLogs.NONE); // which the appraisal refuses, by its name
    }
    return switch (VerifiedFirmwareLog.replay(log.get(), quote, policy.judged())) {
      case Verification.Refused<VerifiedFirmwareLog>(Refusal reason, String detail) ->
          new Verification.Refused<>(reason, detail);
      case Authentic<VerifiedFirmwareLog>(VerifiedFirmwareLog proved) ->
          new Authentic<>(new ProvedLogs(Optional.of(proved)));
    };
  }

  /**
   * The log of evidence that is accepted, if the quote proves it. Replays it where nothing asked
   * for it, so it is not for a transaction, which others wait for.
   */
  static Optional<Bytes> worthKeeping(
      AttestationRequest request, ProvedLogs logs, VerifiedLaunchLog proved) {
    return Optional.ofNullable(request.logs().firmware())
        .filter(
            log ->
                logs.firmware().isPresent()
                    || VerifiedFirmwareLog.replayWhole(log, proved.quote(), proved.registerPcr())
                        instanceof Authentic<VerifiedFirmwareLog>);
  }

  /** Keeps it, so that it is not asked for again in this boot. */
  static void keep(
      Transaction tx, AttestationRequest request, VerifiedQuote quote, Optional<Bytes> log)
      throws SQLException {
    if (log.isPresent()) {
      FirmwareLogs.keep(tx, request.akName(), quote.clockInfo(), log.get());
    }
  }
}
