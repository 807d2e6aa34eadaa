// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.process.Isolation;
import dev.signet.launcher.process.Isolation.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the agent among what the runtime started, and compares what the kernel shows of it
 * (proc_pid_status, proc_pid_mountinfo, namespaces(7), cgroups(7)) with the plan that was measured.
 */
final class ObservedContainer {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<String> MEMORY = List.of("memory.max", "memory.limit_in_bytes");
  private static final List<String> PROCESSES = List.of("pids.max");

  private final ContainerLaunch launch;
  private final Process started;

  ObservedContainer(ContainerLaunch launch, Process started) {
    this.launch = launch;
    this.started = started;
  }

  /** The agent's process, or the one started if that has ended already. */
  ProcessHandle require() throws IOException {
    try {
      Optional<ProcessHandle> agent = awaitAgent();
      if (agent.isEmpty()) {
        requireNoError();
        return started.toHandle();
      }
      Optional<String> deviation = deviation(agent.get().pid());
      if (deviation.isPresent()) {
        throw new IOException("the agent is not isolated as planned: " + deviation.get());
      }
      return agent.get();
    } catch (IOException e) {
      // One that has just ended has no files under /proc, shortly before Java knows of its end.
      if (!ends(Duration.ofSeconds(1))) {
        started.destroyForcibly();
        throw e;
      }
      requireNoError();
      return started.toHandle();
    }
  }

  /** Waits until a process runs a program of the image; until then it is the runtime's. */
  private Optional<ProcessHandle> awaitAgent() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!ends(Duration.ofMillis(2))) {
      Optional<ProcessHandle> agent;
      try (Stream<ProcessHandle> below = started.toHandle().descendants()) {
        agent = below.filter(process -> isAgent(process.pid())).findFirst();
      }
      if (agent.isPresent()) {
        return agent;
      }
      if (System.nanoTime() > end) {
        throw new IOException(
            "the container did not start within " + PATIENCE.toSeconds() + " s; " + said());
      }
    }
    return Optional.empty();
  }

  /** The first process of a process namespace, running a file of the image. */
  private boolean isAgent(long pid) {
    try {
      Path proc = Path.of("/proc", Long.toString(pid));
      return ((Number) Files.getAttribute(proc.resolve("exe"), "unix:dev")).longValue()
              == launch.device()
          && field(Files.readString(proc.resolve("status")), "NSpid").endsWith("\t1");
    } catch (IOException e) {
      return false;
    }
  }

  private boolean ends(Duration within) throws IOException {
    try {
      return started.waitFor(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the container was starting", e);
    }
  }

  /** The runtime tells in its log what it could not do; an agent's own failure is not there. */
  private void requireNoError() throws IOException {
    String log = said();
    if (log.contains("level=error")) {
      throw new IOException("the container could not be started: " + log);
    }
  }

  private String said() throws IOException {
    return Files.exists(launch.log())
        ? "runc said: " + Files.readString(launch.log()).strip()
        : "runc said nothing";
  }

  private Optional<String> deviation(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    Optional<String> inStatus =
        deviation(Files.readString(proc.resolve("status")), launch.isolation(), launch.config());
    if (inStatus.isPresent()) {
      return inStatus;
    }
    Isolation planned = launch.isolation();
    for (String kind : List.of("pid", "mnt", "ipc", "uts", "cgroup")) {
      if (namespace(proc, kind).equals(namespace(Path.of("/proc/thread-self"), kind))) {
        return Optional.of("it shares the launcher's namespace " + kind);
      }
    }
    if (planned.has(Measure.USER_NAMESPACE)
        && namespace(proc, "user").equals(namespace(Path.of("/proc/thread-self"), "user"))) {
      return Optional.of("it has no user namespace of its own");
    }
    if (launch.space().isPresent()) {
      Optional<String> elsewhere = launch.space().get().deviation(proc);
      if (elsewhere.isPresent()) {
        return elsewhere;
      }
    }
    if (!Pattern.compile("(?m)^Max core file size\\s+0\\s+0\\s")
        .matcher(Files.readString(proc.resolve("limits")))
        .find()) {
      return Optional.of("its core file limit is not 0");
    }
    if (!readOnlyRoot(Files.readAllLines(proc.resolve("mountinfo")))) {
      return Optional.of("its root file system can be written");
    }
    if (!launch.cgroups().bounds(launch.name(), pid, PROCESSES, launch.config().processes())) {
      return Optional.of("its processes are not bounded");
    }
    if (planned.has(Measure.MEMORY_LIMIT)
        && !launch
            .cgroups()
            .bounds(launch.name(), pid, MEMORY, launch.config().limits().memoryBytes())) {
      return Optional.of("its memory is not bounded");
    }
    return Optional.empty();
  }

  static Optional<String> deviation(String status, Isolation planned, RuntimeConfig config) {
    if (!field(status, "NoNewPrivs").equals("1")) {
      return Optional.of("NoNewPrivs is " + field(status, "NoNewPrivs"));
    }
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      if (!field(status, set).matches("0+")) {
        return Optional.of("it has capabilities: " + set + " is " + field(status, set));
      }
    }
    if (!field(status, "Seccomp").equals("2")) {
      return Optional.of("its system calls are not filtered");
    }
    int base = config.idBase().orElse(0);
    String uid = fourTimes(base + config.user().uid());
    String gid = fourTimes(base + config.user().gid());
    if (!field(status, "Uid").equals(uid)
        || !field(status, "Gid").equals(gid)
        || !field(status, "Groups").isEmpty()
        || uid.startsWith("0\t")) {
      return Optional.of(
          "it runs as uid %s, gid %s, groups %s"
              .formatted(field(status, "Uid"), field(status, "Gid"), field(status, "Groups")));
    }
    return Optional.empty();
  }

  /** Real, effective, saved and for files. */
  private static String fourTimes(int id) {
    return String.join("\t", Collections.nCopies(4, Integer.toString(id)));
  }

  /** Read-only as this container sees it (proc_pid_mountinfo, field 6). */
  static boolean readOnlyRoot(List<String> mountinfo) {
    return mountinfo.stream()
        .map(line -> line.split(" "))
        .filter(fields -> fields.length > 5 && fields[4].equals("/"))
        .reduce((under, over) -> over)
        .filter(fields -> List.of(fields[5].split(",")).contains("ro"))
        .isPresent();
  }

  private static Path namespace(Path proc, String kind) throws IOException {
    return Files.readSymbolicLink(proc.resolve("ns").resolve(kind));
  }

  private static String field(String status, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":[ \\t]*(.*)$").matcher(status);
    return line.find() ? line.group(1).strip() : "unknown";
  }
}
