// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.BootApprover;
import dev.signet.attestor.EndorsementKeyKind;
import dev.signet.attestor.ProvisioningOptions;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which endorsement key provisioning takes, and what it makes beside keys. */
final class HardeningOptions {
  @Option(
      names = "--endorsement-key",
      paramLabel = "KIND",
      description =
          "The TPM's endorsement key that enrolment proves: rsa-2048, p-256 or p-384. Default: the"
              + " first of these that has a certificate.",
      converter = KeyWords.EndorsementKeys.class)
  private EndorsementKeyKind endorsementKey;

  @Option(
      names = "--register",
      paramLabel = "pcr|nv",
      description =
          "nv: also make a launch register in an NV index, which only the launcher can extend."
              + " Without it (or with pcr) launches are recorded in a PCR.",
      converter = RegisterConverter.class)
  private Appraisal.Register register;

  @Option(
      names = "--register-pcr",
      paramLabel = "PCR",
      description = "The PCR that the NV register moves; the verifier's registerPcr. Default: 15.")
  private Integer registerPcr;

  @Option(
      names = "--boot-approver",
      paramLabel = "FILE",
      description =
          "Public key, P-256 in PEM, of who approves boot states: the launcher's secret is sealed,"
              + " and the TPM releases it in those alone (signet boot).")
  private Path approver;

  @Option(
      names = "--boot-pcr",
      paramLabel = "PCR",
      description = "PCRs that make up a boot state, with --boot-approver. Default: 0, 2, 4 and 7.")
  private List<Integer> pcrs = new ArrayList<>();

  @Option(
      names = "--escrow-to",
      paramLabel = "FILE",
      description =
          "Public key, P-256 in PEM, whose private key is not on this host: all that provisioning"
              + " keeps is also encrypted to it, in escrow.json of the state directory.")
  private Path escrowTo;

  boolean escrow() {
    return escrowTo != null;
  }

  ProvisioningOptions provisioning() throws CommandFailure, IOException {
    boolean nv = register == Appraisal.Register.NV;
    if (!nv && registerPcr != null) {
      throw CommandFailure.usage("--register-pcr: expected with --register nv");
    }
    if (approver == null && !pcrs.isEmpty()) {
      throw CommandFailure.usage("--boot-pcr: expected with --boot-approver");
    }
    try {
      return new ProvisioningOptions(
          Optional.ofNullable(endorsementKey),
          nv ? Optional.of(registerPcr == null ? 15 : registerPcr) : Optional.empty(),
          approver == null
              ? Optional.empty()
              : Optional.of(
                  new BootApprover(
                      publicKey(approver), pcrs.isEmpty() ? BootApprover.DEFAULT_PCRS : pcrs)),
          escrowTo == null ? Optional.empty() : Optional.of(publicKey(escrowTo)));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  private static PublicJwk publicKey(Path file) throws CommandFailure, IOException {
    try {
      return KeyFiles.readPublic(file);
    } catch (KeyFormatException e) {
      throw CommandFailure.usage(file + ": " + e.getMessage());
    }
  }
}
