// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.HostLogFiles;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmAddress;
import dev.signet.launcher.AgentLaunch;
import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.Enrollment;
import dev.signet.launcher.Progress;
import dev.signet.launcher.ServerTrust;
import dev.signet.launcher.VerifierClient;
import dev.signet.protocol.HostId;
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.tpmsim.SimulatedTpm;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One machine of the demo: a simulated TPM and a state directory. */
public final class DemoHost implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final HostId id;
  private final SimulatedTpm simulated;
  private final Path state;
  private final SecureRandom random;
  private Tpm tpm;
  private Attestor attestor;

  DemoHost(String name, SimulatedTpm simulated, Path state, SecureRandom random) {
    this.id = new HostId(name);
    this.simulated = simulated;
    this.state = state;
    this.random = random;
  }

  HostId id() {
    return id;
  }

  SimulatedTpm simulatedTpm() {
    return simulated;
  }

  Path state() {
    return state;
  }

  Attestor attestor() {
    return attestor;
  }

  /** Powers on and takes the TPM into use. */
  void provision() throws IOException {
    simulated.start();
    connect();
    switch (Provisioning.provision(tpm, state)) {
      case Provisioning.Outcome.Provisioned(Attestor made, boolean changed) -> attestor = made;
      case Provisioning.Outcome.AwaitingApproval waiting ->
          throw new IOException("expected an unsealed launcher secret");
      case Provisioning.Outcome.Refused(Provisioning.Reason reason, String detail) ->
          throw new IOException(reason + ": " + detail);
    }
  }

  Answer<EnrolledHost> enroll(URI verifier, ServerTrust trust, String joinToken)
      throws IOException, InterruptedException {
    Enrollment.Place place = new Enrollment.Place(verifier, trust, simulated.address());
    return Enrollment.enroll(attestor, place, id, Enrollment.Admission.by(joinToken), state);
  }

  VerifierClient client() throws IOException {
    EnrolledHost enrolled = EnrolledHost.load(state);
    return new VerifierClient(enrolled.url(), enrolled.trust(), TIMEOUT);
  }

  AgentLaunch launcher(VerifierClient client, Progress progress) throws IOException {
    EnrolledHost enrolled = EnrolledHost.load(state);
    return new AgentLaunch(attestor, state, enrolled, client, Clock.systemUTC(), random, progress);
  }

  /** An orderly reboot of the machine. */
  void reboot() throws IOException {
    tpm.close();
    simulated.reboot();
    connect();
    attestor = Attestor.open(tpm, state);
  }

  /**
   * An orderly reboot, in which the machine measures something.
   *
   * @param log of the firmware, which the launcher sends
   */
  void reboot(List<FirmwareLogMaker.Extend> measured, Path log) throws IOException {
    tpm.close();
    simulated.reboot();
    simulated.measure(measured);
    connect();
    attestor = Attestor.open(tpm, state, new HostLogFiles(Optional.of(log)));
  }

  /**
   * The running machine measures something.
   *
   * @param logs that the launcher sends from now on
   */
  void measure(List<FirmwareLogMaker.Extend> measured, HostLogFiles logs) throws IOException {
    tpm.close();
    simulated.measure(measured);
    connect();
    attestor = Attestor.open(tpm, state, logs);
  }

  @Override
  public void close() throws IOException {
    if (tpm != null) {
      tpm.close();
    }
    simulated.close();
  }

  private void connect() throws IOException {
    tpm = Tpm.open(TpmAddress.parse(simulated.address()), random);
  }
}
