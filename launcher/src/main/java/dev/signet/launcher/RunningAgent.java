// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.LaunchRegister;
import dev.signet.launcher.egress.EgressStats;
import dev.signet.launcher.egress.SigningProxy;
import dev.signet.launcher.process.AgentProcess;
import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** A launched agent with its proxy and identity, until it ends. */
public final class RunningAgent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final AgentId agent;
  private final LaunchId launch;
  private final String requestKey;
  private final AgentProcess process;
  private final SigningProxy proxy;
  private final Identity identity;
  private final Optional<WorkloadServing> workloadApi;
  private final LaunchRegister register;
  private final Closeable copy;
  private final LaunchDirectory directory;
  private final Progress progress;
  private boolean closed;
  private boolean ended;
  private Integer exit;

  RunningAgent(
      AgentId agent,
      LaunchId launch,
      String requestKey,
      AgentProcess process,
      SigningProxy proxy,
      Identity identity,
      Optional<WorkloadServing> workloadApi,
      LaunchRegister register,
      Closeable copy,
      LaunchDirectory directory,
      Progress progress) {
    this.agent = agent;
    this.launch = launch;
    this.requestKey = requestKey;
    this.process = process;
    this.proxy = proxy;
    this.identity = identity;
    this.workloadApi = workloadApi;
    this.register = register;
    this.copy = copy;
    this.directory = directory;
    this.progress = progress;
  }

  public AgentId agent() {
    return agent;
  }

  public LaunchId launch() {
    return launch;
  }

  /** RFC 7638 thumbprint of the key that its launch event names. */
  public String requestKey() {
    return requestKey;
  }

  public AgentProcess process() {
    return process;
  }

  /** The local base address of a route. */
  public URI routeAddress(String name) {
    return proxy.routeAddress(name);
  }

  public EgressStats stats() {
    return proxy.stats();
  }

  /** Whether requests are signed now; false while attestation failed or the verifier is away. */
  public boolean attested() {
    return identity.current().isPresent();
  }

  /** Waits for the agent's end; gives its exit code, 128 + n for signal n. */
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  /**
   * Ends what still runs, destroys the key and records the stop. Idempotent.
   *
   * @throws IOException if the stop could not be recorded; a later launch repairs it
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    // A fault in one step must not leave the key in memory or a copy on the disk.
    try (Unwinding rest = new Unwinding()) {
      rest.undo(directory::close);
      rest.undo(copy::close);
      rest.undo(this::recordStop);
      rest.undo(identity::close);
      rest.undo(proxy::close);
      workloadApi.ifPresent(api -> rest.undo(api::close));
      exit = end();
      ended = true;
    }
  }

  /** Only of an agent that was stopped: the log must not say so of one that may still run. */
  private void recordStop() throws IOException {
    if (ended) {
      register.append(new LaunchEvent.Stop(agent, launch, exit, LaunchEvent.Cause.EXITED));
      progress.say(
          Progress.Step.STOPPED,
          "the agent ended with code " + exit + "; the stop is recorded in the TPM");
    }
  }

  private Integer end() {
    try {
      process.stop(PATIENCE);
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
