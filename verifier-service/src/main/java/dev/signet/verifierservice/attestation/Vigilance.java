// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.Finding;
import dev.signet.verifier.appraisal.FirmwareFloors;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.BootSequences;
import dev.signet.verifierservice.registry.EndorsementKeys;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.registry.Platforms;
import dev.signet.verifierservice.storage.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * What speaks against a TPM as such: firmware below its maker's floor, use in two places, a machine
 * that nobody vouched for.
 *
 * @param floors of makers' firmware
 * @param refuseCopied whether a host that looks copied is refused until an operator clears the
 *     alarm; else it is only shown
 * @param requirePlatform whether a host that was enrolled without a platform certificate is refused
 */
public record Vigilance(FirmwareFloors floors, boolean refuseCopied, boolean requirePlatform) {
  Optional<Finding> finding(
      Transaction tx, AttestationKeys.Live key, VerifiedLaunchLog log, Instant now)
      throws SQLException {
    Optional<Finding> firmware =
        floors.finding(EndorsementKeys.manufacturer(tx, key.tpm()), log.quote().firmwareVersion());
    if (firmware.isPresent()) {
      return firmware;
    }
    if (requirePlatform && Platforms.ofHost(tx, key.host()).isEmpty()) {
      return Optional.of(
          new Finding(
              Refusal.PLATFORM_CERTIFICATE_MISSING,
              "the host was enrolled without one: signet host reset-key "
                  + key.host()
                  + ", then signet enroll --platform-certificate FILE"));
    }
    // A register of one TPM cannot have gone two ways: this is refused whatever is configured.
    Optional<String> fork = BootSequences.fork(tx, key.akName(), log);
    if (fork.isPresent()) {
      HostAlarms.raise(tx, key.host(), HostAlarms.Kind.FORKED, fork.get(), now);
      return Optional.of(new Finding(Refusal.CONCURRENT_USE, fork.get()));
    }
    return refuseCopied
        ? HostAlarms.copied(tx, key.host())
            .map(
                kind ->
                    new Finding(
                        Refusal.CONCURRENT_USE,
                        "the host has the alarm "
                            + kind.wireName()
                            + ", and concurrentUse is refuse: find out why, then signet host"
                            + " clear-alarms "
                            + key.host()))
        : Optional.empty();
  }
}
