// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.tpmsim.SimulatedTpm;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** A host with a simulated TPM, and a tap on its bus. */
final class TestHost implements AutoCloseable {
  static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  static final SecureRandom RANDOM = new SecureRandom();

  private final SimulatedTpm simulator;
  private final Path state;
  private final BusTap bus = new BusTap();
  private Tpm tpm;

  private TestHost(SimulatedTpm simulator, Path state) {
    this.simulator = simulator;
    this.state = state;
  }

  /** Powered on, connected, not provisioned. */
  static TestHost fresh(Path directory) throws IOException {
    return over(SimulatedTpm.in(directory.resolve("tpm")), directory.resolve("state"));
  }

  static TestHost over(SimulatedTpm simulator, Path state) throws IOException {
    TestHost host = new TestHost(simulator, state);
    if (!simulator.isRunning()) {
      simulator.start();
    }
    host.connect();
    return host;
  }

  static TestHost provisioned(Path directory) throws IOException {
    TestHost host = fresh(directory);
    host.provision();
    return host;
  }

  Attestor provision() throws IOException {
    return provision(ProvisioningOptions.none());
  }

  Attestor provision(ProvisioningOptions options) throws IOException {
    return switch (Provisioning.provision(tpm, state, options)) {
      case Provisioning.Outcome.Provisioned done -> done.attestor();
      case Provisioning.Outcome.AwaitingApproval waiting ->
          throw new AssertionError("not approved: " + waiting.boot());
      case Provisioning.Outcome.Refused refused ->
          throw new AssertionError(refused.reason() + ": " + refused.detail());
    };
  }

  void connect() throws IOException {
    TpmAddress address = TpmAddress.parse(simulator.address());
    tpm = Tpm.over(() -> bus.tapping(address.open()), address.resourceManaged(), RANDOM);
  }

  void reboot() throws IOException {
    simulator.reboot();
  }

  void restart() throws IOException {
    simulator.restart();
  }

  Tpm tpm() {
    return tpm;
  }

  SimulatedTpm simulator() {
    return simulator;
  }

  Path state() {
    return state;
  }

  BusTap bus() {
    return bus;
  }

  Attestor attestor() throws IOException {
    return Attestor.open(tpm, state);
  }

  /**
   * Over the one connection of a device whose handles stay for as long as it is open. Nobody else
   * is let in meanwhile.
   */
  Attestor managed() throws IOException {
    tpm.close();
    TpmAddress address = TpmAddress.parse(simulator.address());
    return Attestor.open(Tpm.over(() -> bus.tapping(address.open()), true, RANDOM), state);
  }

  /** Breaks that connection; a resource manager flushes all that it held. */
  void breakOff(Attestor managed) throws IOException {
    managed
        .tpm()
        .connection()
        .transact(
            transaction -> {
              transaction.connection().abandon();
              return null;
            });
    TpmAddress address = TpmAddress.parse(simulator.address());
    try (TpmConnection manager = new TpmConnection(address::open, false, RANDOM)) {
      manager.transact(transaction -> null);
    }
  }

  /** What any process that may open the TPM can do. */
  void extend(int pcr, String event) throws IOException {
    tpm.connection()
        .transact(
            transaction -> {
              new PcrCommands(transaction).extend(pcr, Digest.hash(event.getBytes()));
              return null;
            });
  }

  /** Sends an attacker's command. */
  void raw(byte[] command) throws IOException {
    tpm.connection().transact(transaction -> bus.sendRaw(command));
  }

  /**
   * Objects and sessions that are in the TPM between transactions. Looks over a connection of its
   * own, which does not flush before it looks.
   */
  List<Integer> leftInTheTpm() throws IOException {
    TpmAddress address = TpmAddress.parse(simulator.address());
    try (TpmConnection onlooker = new TpmConnection(address::open, true, RANDOM)) {
      return onlooker.transact(
          transaction -> {
            List<Integer> found = new ArrayList<>();
            Capabilities capabilities = new Capabilities(transaction);
            found.addAll(capabilities.handles(0x80000000));
            found.addAll(capabilities.handles(0x02000000));
            found.addAll(capabilities.handles(0x03000000));
            return found;
          });
    }
  }

  @Override
  public void close() throws IOException {
    tpm.close();
    simulator.close();
  }
}
