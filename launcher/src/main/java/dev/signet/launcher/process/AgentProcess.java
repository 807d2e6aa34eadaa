// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The running agent. Its standard streams are the launcher's. */
public final class AgentProcess {
  /** How long what stands between the launcher and a killed agent may take to follow it. */
  private static final Duration FOLLOWS = Duration.ofSeconds(3);

  private final Process process;
  private final ProcessHandle agent;
  private final CompletableFuture<Integer> exit;

  private AgentProcess(Process process, ProcessHandle agent, CompletableFuture<Integer> exit) {
    this.process = process;
    this.agent = agent;
    this.exit = exit;
  }

  /**
   * Checks what was measured once more, starts the agent, and waits until the kernel shows the
   * isolation that was planned; where it shows another, the agent is killed.
   *
   * @param forked called on the starting thread as soon as the process exists, before it has become
   *     the agent, and before its isolation was seen
   * @throws IOException if what was measured changed, the start failed, or the isolation is not in
   *     force
   */
  public static AgentProcess start(AgentPlan launch, Runnable forked) throws IOException {
    return start(launch, Optional.empty(), forked);
  }

  /**
   * The same in namespaces of the agent's own.
   *
   * @param space to start it in, and to be closed after it has ended
   */
  public static AgentProcess start(AgentPlan launch, Optional<AgentSpace> space, Runnable forked)
      throws IOException {
    launch.requireUnchanged();
    ProcessBuilder builder =
        new ProcessBuilder(launch.command())
            .directory(launch.workingDirectory().toFile())
            .inheritIO();
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(launch.environment());

    CompletableFuture<Process> started = new CompletableFuture<>();
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    // The kernel's parent-death signal follows the thread that forked, not the process: this one
    // lives as long as the agent. A pooled or virtual thread would kill the agent by ending. With
    // namespaces it is their thread that forks; what is completed here may run anything, and must
    // not run there.
    Thread.ofPlatform()
        .daemon()
        .name(space.isPresent() ? "agent-watch" : "agent-parent")
        .start(() -> runAgent(builder, space, forked, started, exit));
    Process process = get(started);
    ProcessHandle agent = null;
    try {
      agent = launch.requireIsolated(process);
    } finally {
      if (agent == null) {
        process.destroyForcibly();
      }
    }
    return new AgentProcess(process, agent, exit);
  }

  private static void runAgent(
      ProcessBuilder builder,
      Optional<AgentSpace> space,
      Runnable forked,
      CompletableFuture<Process> started,
      CompletableFuture<Integer> exit) {
    Process process;
    try {
      process = space.isPresent() ? space.get().start(builder) : builder.start();
    } catch (IOException | InterruptedException e) {
      started.completeExceptionally(e);
      return;
    }
    forked.run();
    started.complete(process);
    boolean ended = false;
    while (!ended) {
      try {
        exit.complete(process.waitFor());
        ended = true;
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt this thread, and the agent would die with it.
        ended = false;
      }
    }
  }

  private static Process get(CompletableFuture<Process> started) throws IOException {
    try {
      return started.get();
    } catch (ExecutionException e) {
      throw new IOException("the agent could not be started: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      // It may start all the same, and nobody would know of it.
      started.thenAccept(Process::destroyForcibly);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the agent was starting", e);
    }
  }

  /** The agent's process, as the egress proxy's peer check wants it. */
  public ProcessHandle handle() {
    return agent;
  }

  /** Completed when the agent has ended, with its exit code; 128 + n if signal n ended it. */
  public CompletableFuture<Integer> onExit() {
    return exit.copy();
  }

  /** Waits for the agent's end, and gives its exit code as a shell does: 128 + n for signal n. */
  public int waitFor() throws InterruptedException {
    try {
      return exit.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit code never comes exceptionally", e);
    }
  }

  /** Sends a signal, as kill(2) does; nothing happens if the agent has ended. */
  public void signal(int number) throws IOException {
    if (agent.isAlive()) {
      Libc.kill(agent.pid(), number);
    }
  }

  /** Asks the agent to end, and kills it if it has not done so in time or the wait is cut off. */
  public void stop(Duration patience) throws InterruptedException {
    agent.destroy();
    try {
      if (!endsWithin(patience)) {
        agent.destroyForcibly();
        // What a container stands in has something to tidy up, and tells the exit code.
        if (!endsWithin(FOLLOWS)) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private boolean endsWithin(Duration patience) throws InterruptedException {
    try {
      exit.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit code never comes exceptionally", e);
    }
  }
}
