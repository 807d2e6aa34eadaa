// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import dev.signet.launcher.process.Isolation.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares what the kernel shows of a started agent (proc_pid_status, proc_pid_limits) with the
 * plan that was measured. The parent-death signal cannot be seen from outside.
 */
final class ObservedIsolation {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private ObservedIsolation() {}

  /** Returns once the agent runs as planned, or has ended already; else kills it and throws. */
  static void require(Process process, JarLaunch launch) throws IOException {
    try {
      if (hasBecomeJava(process, launch.java())) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        Optional<String> deviation =
            deviation(
                Files.readString(proc.resolve("status")),
                Files.readString(proc.resolve("limits")),
                launch);
        if (deviation.isEmpty() && launch.space().isPresent()) {
          deviation = launch.space().get().deviation(proc);
        }
        if (deviation.isPresent()) {
          throw new IOException("the agent is not isolated as planned: " + deviation.get());
        }
      }
    } catch (IOException e) {
      if (!isEnding(process)) {
        process.destroyForcibly();
        throw e;
      }
    }
  }

  /**
   * An agent that has just ended has no files under /proc, shortly before Java knows of its end.
   */
  private static boolean isEnding(Process process) throws IOException {
    try {
      return process.waitFor(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the agent was starting", e);
    }
  }

  /** Waits until the words before java have become java; false if the process ended. */
  private static boolean hasBecomeJava(Process process, Path java) throws IOException {
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (process.isAlive()) {
      if (runs(proc, java)) {
        return true;
      }
      if (System.nanoTime() > end) {
        throw new IOException("java did not start within " + PATIENCE.toSeconds() + " s");
      }
      try {
        if (process.waitFor(2, TimeUnit.MILLISECONDS)) {
          return false;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the agent was starting", e);
      }
    }
    return false;
  }

  /**
   * Whether a process executes a program. While execve(2) is under way the kernel shows the new
   * program already, and the credentials of the old one; the arguments only after both.
   *
   * @param proc its directory under {@code /proc}
   * @throws IOException if it has ended
   */
  static boolean runs(Path proc, Path program) throws IOException {
    return Files.readSymbolicLink(proc.resolve("exe")).equals(program)
        && Files.readAllBytes(proc.resolve("cmdline")).length > 0;
  }

  static Optional<String> deviation(String status, String limits, JarLaunch launch) {
    Isolation planned = launch.isolation();
    if (planned.has(Measure.NO_NEW_PRIVILEGES) && !field(status, "NoNewPrivs").equals("1")) {
      return Optional.of("NoNewPrivs is " + field(status, "NoNewPrivs"));
    }
    if (planned.has(Measure.OTHER_USER)) {
      AgentUser user = launch.user().orElseThrow();
      String uid = "" + user.uid();
      String gid = "" + user.gid();
      if (!field(status, "Uid").equals(String.join("\t", List.of(uid, uid, uid, uid)))
          || !field(status, "Gid").equals(String.join("\t", List.of(gid, gid, gid, gid)))
          || !field(status, "Groups").isEmpty()) {
        return Optional.of(
            "it runs as uid %s, gid %s, groups %s"
                .formatted(field(status, "Uid"), field(status, "Gid"), field(status, "Groups")));
      }
      if (!field(status, "CapEff").matches("0+") || !field(status, "CapBnd").matches("0+")) {
        return Optional.of("it has capabilities " + field(status, "CapEff"));
      }
    }
    if (planned.has(Measure.SOCKET_FILTER) && !field(status, "Seccomp").equals("2")) {
      return Optional.of("its system calls are not filtered");
    }
    if (planned.has(Measure.NO_CORE_FILES)
        && !Pattern.compile("(?m)^Max core file size\\s+0\\s+0\\s").matcher(limits).find()) {
      return Optional.of("its core file limit is not 0");
    }
    return Optional.empty();
  }

  private static String field(String status, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":[ \\t]*(.*)$").matcher(status);
    return line.find() ? line.group(1).strip() : "unknown";
  }
}
