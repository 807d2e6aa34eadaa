// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.measurements.VerifiedStatement;
import dev.signet.verifier.appraisal.ProvedLogs;
import dev.signet.verifier.verification.LeasedKey;
import java.util.Optional;

/** Evidence that was judged good. */
record Evidence(
    Known known,
    VerifiedStatement statement,
    ProvedLogs logs,
    boolean raisesFloor,
    Optional<LeasedKey> lease) {
  Evidence with(LeasedKey leased) {
    return new Evidence(known, statement, logs, raisesFloor, Optional.of(leased));
  }
}
