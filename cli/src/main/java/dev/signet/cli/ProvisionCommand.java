// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.BootState;
import dev.signet.attestor.Deprovisioning;
import dev.signet.attestor.Escrow;
import dev.signet.attestor.EscrowRecovery;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.ProvisioningOptions;
import dev.signet.attestor.Tpm;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.SigningKey;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "provision",
    description = {
      "Takes this host's TPM into use: sets its owner, endorsement and lockout authorization, and"
          + " makes the attestation key; asked for, also a launch register that other users of the"
          + " TPM cannot extend (--register nv), and a launcher secret that the TPM releases in"
          + " approved boot states only (--boot-approver). Safe to run again.",
      "The authorization values are in the state directory and nowhere else: back it up, or the TPM"
          + " must be cleared in the firmware to be used anew."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo signet provision",
      "  sudo signet provision --register nv --boot-approver boot.pub.pem --escrow-to safe.pub.pem",
      "  sudo signet provision --recover escrow.json --recover-key safe.pem --register nv",
      "  signet provision --tpm swtpm:unix:/tmp/t/tpm.sock"
    })
final class ProvisionCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private HostOptions host;

  @ArgGroup(exclusive = false)
  private HardeningOptions hardening = new HardeningOptions();

  @ArgGroup(exclusive = true)
  private Earlier earlier = new Earlier();

  /** What becomes of what was provisioned before. */
  static final class Earlier {
    @Option(
        names = "--replace",
        description =
            "Take back what was provisioned before (signet deprovision), and provision anew: the"
                + " host must be enrolled again.")
    private boolean replace;

    @ArgGroup(exclusive = false)
    private Recovery recovery;
  }

  /** From an escrow. */
  static final class Recovery {
    @Option(
        names = "--recover",
        required = true,
        paramLabel = "FILE",
        description =
            "Put this host's state back from an escrow: its state directory was lost, or nobody"
                + " can approve the boot state. The TPM must be the same.")
    private Path escrow;

    @Option(
        names = "--recover-key",
        required = true,
        paramLabel = "FILE",
        description = "The private key that the escrow is encrypted to, P-256 in PEM.")
    private Path key;
  }

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ProvisionCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      boolean changed,
      String akName,
      String tpm,
      String state,
      String register,
      BootState boot) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Path state = host.state(invocation.environment());
    try (Tpm tpm = host.open(invocation)) {
      if (earlier.replace) {
        Deprovisioning.deprovision(tpm, state);
      }
      return switch (outcome(tpm, state)) {
        case Provisioning.Outcome.Refused(Provisioning.Reason reason, String detail) ->
            throw CommandFailure.refused(reason, detail);
        case Provisioning.Outcome.AwaitingApproval(BootState boot, boolean changed) ->
            tell(changed, boot.akName().toHex(), state, null, boot);
        case Provisioning.Outcome.Provisioned(Attestor attestor, boolean changed) ->
            tell(changed, attestor.akName().toHex(), state, register(attestor), null);
      };
    }
  }

  private Provisioning.Outcome outcome(Tpm tpm, Path state) throws CommandFailure, IOException {
    ProvisioningOptions options = hardening.provisioning();
    if (earlier.recovery == null) {
      return Provisioning.provision(tpm, state, options);
    }
    Escrow escrow;
    SigningKey key;
    try {
      byte[] json = InputFile.read(earlier.recovery.escrow, Escrow.MAX_BYTES);
      escrow = StrictJson.decode(json, Escrow.class, Escrow.MAX_BYTES);
      key = KeyFiles.readPrivate(earlier.recovery.key);
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(earlier.recovery.escrow + ": " + e.getMessage());
    } catch (KeyFormatException e) {
      throw CommandFailure.usage(earlier.recovery.key + ": " + e.getMessage());
    }
    byte[] scalar = key.scalar();
    try {
      return EscrowRecovery.recover(tpm, state, escrow, scalar, key.publicKey(), options);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  private static String register(Attestor attestor) {
    return attestor
        .nvRegister()
        .map(index -> "NV 0x%08x, moves PCR %d".formatted(index.handle(), index.pcr()))
        .orElse(null);
  }

  private ExitCode tell(boolean changed, String akName, Path state, String register, BootState boot)
      throws IOException {
    String address = host.address(invocation.environment());
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(), changed, akName, address, state.toString(), register, boot));
      return ExitCode.GOOD;
    }
    invocation.say(changed ? "provisioned" : "provisioned before; nothing to do");
    invocation.say("tpm       " + address);
    invocation.say("state     " + state);
    invocation.say("AK Name   " + akName);
    if (register != null) {
      invocation.say("register  " + register);
    }
    if (hardening.escrow()) {
      invocation.say(
          boot != null && !changed
              ? "escrow    not renewed: the launcher secret is sealed, and this boot not approved"
              : "escrow    " + state.resolve("escrow.json") + "; keep a copy elsewhere");
    }
    if (boot != null) {
      invocation.say("boot      PCRs " + boot.pcrs().keySet() + ", not approved yet");
      invocation.say("next      signet boot state > state.json, for the boot approver to sign");
    } else {
      invocation.say("next      signet enroll --verifier https://… --host NAME");
    }
    return ExitCode.GOOD;
  }
}
