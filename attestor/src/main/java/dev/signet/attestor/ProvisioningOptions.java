// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.PublicJwk;
import java.util.Optional;

/**
 * What provisioning is asked to make beside the keys.
 *
 * @param endorsementKey which of the TPM's keys enrolment is to prove; empty for the first that has
 *     a certificate
 * @param nvRegisterPcr the PCR that an NV launch register moves; empty for none
 * @param approver who approves boot states; empty leaves the launcher secret unsealed
 * @param escrowTo whom all of it is encrypted to beside, P-256; empty for nobody
 */
public record ProvisioningOptions(
    Optional<EndorsementKeyKind> endorsementKey,
    Optional<Integer> nvRegisterPcr,
    Optional<BootApprover> approver,
    Optional<PublicJwk> escrowTo) {
  public ProvisioningOptions {
    nvRegisterPcr.ifPresent(LaunchRegister::requireSuitable);
    if (nvRegisterPcr.isPresent()
        && approver.isPresent()
        && approver.get().pcrs().contains(nvRegisterPcr.get())) {
      throw new IllegalArgumentException(
          "PCR "
              + nvRegisterPcr.get()
              + " moves with the launch register; it cannot be part of the boot state");
    }
  }

  /** Keys alone. */
  public static ProvisioningOptions none() {
    return new ProvisioningOptions(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The same, with an NV launch register that moves this PCR. */
  public ProvisioningOptions withRegister(int pcr) {
    return new ProvisioningOptions(endorsementKey, Optional.of(pcr), approver, escrowTo);
  }

  Optional<RegisterIndex> register() {
    return nvRegisterPcr.map(pcr -> new RegisterIndex(RegisterIndex.DEFAULT_HANDLE, pcr));
  }
}
