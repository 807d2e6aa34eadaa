// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.HostLogFiles;
import dev.signet.attestor.LaunchRegister;
import dev.signet.attestor.RegisterChoice;
import dev.signet.attestor.SealedKey;
import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmAddress;
import dev.signet.launcher.AttestationFlow;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.VerifierClient;
import dev.signet.measurements.DsseEnvelope;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A launcher whose check of the JAR somebody took out: it measures any JAR as the agent's, and asks
 * for the key. Prints what the verifier or the TPM said. Arguments: state directory, agent, JAR,
 * statement; none for nothing.
 */
public final class PatchedLauncher {
  private static final RegisterChoice AS_PROVISIONED = new RegisterChoice(Optional.empty(), 15);

  /** It hides nothing of its host. */
  private static final HostLogFiles LOGS =
      new HostLogFiles(
          Optional.of(Path.of("/sys/kernel/security/tpm0/binary_bios_measurements")),
          Optional.of(Path.of("/sys/kernel/security/ima/binary_runtime_measurements")));

  private PatchedLauncher() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 4) {
      System.out.println("usage: STATE AGENT JAR STATEMENT");
      return;
    }
    Path state = Path.of(args[0]);
    AgentId agent = new AgentId(args[1]);
    byte[] envelope = Files.readAllBytes(Path.of(args[3]));
    SecureRandom random = new SecureRandom();
    EnrolledHost enrolled = EnrolledHost.load(state);
    try (Tpm tpm = Tpm.open(TpmAddress.parse("device:/dev/tpmrm0"), random);
        VerifierClient verifier =
            new VerifierClient(enrolled.url(), enrolled.trust(), Duration.ofSeconds(60))) {
      Attestor attestor = Attestor.open(tpm, state, LOGS);
      SealedKey key = attestor.sealedKey(agent).orElseThrow();
      LaunchId launch = LaunchId.random(random);
      LaunchRegister register = attestor.launchRegister(AS_PROVISIONED);
      register.append(
          new LaunchEvent.Start(
              agent,
              launch,
              Digest.hash(DsseEnvelope.parse(envelope).payload().toArray()),
              List.of(
                  new LaunchEvent.Artifact(
                      "agent-jar", Digest.hash(Files.readAllBytes(Path.of(args[2]))))),
              "java",
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              key.publicKey().thumbprint(),
              KeyProtection.SEALED,
              Digest.hash()));
      AttestationFlow flow =
          new AttestationFlow(
              attestor, register, verifier, enrolled.verifier(), agent, launch, Bytes.of(envelope));
      if (flow.release(key) instanceof AttestationFlow.Release.NotApproved(var problem)) {
        System.out.println("the verifier refused: " + problem.reason());
      } else {
        System.out.println("the verifier approved");
      }
      register.append(new LaunchEvent.Stop(agent, launch, null, LaunchEvent.Cause.ABORTED));
    }
  }
}
