// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Shuts the launcher's own house, before it holds a secret: other processes of its user cannot
 * attach to it or read its memory, and its memory reaches neither a core file nor swap.
 *
 * @param done what worked
 * @param gaps what did not, with the reason, for people
 */
public record LauncherHardening(Set<Measure> done, List<String> gaps) {
  /** One measure on the launcher's own process. */
  public enum Measure {
    /** No core files, also of what it starts. */
    NO_CORE_FILES,
    /** PR_SET_DUMPABLE 0: no ptrace and no /proc/PID/mem for its own user. */
    NOT_DUMPABLE,
    /** No agent can be loaded into this JVM, and no heap dump asked of it, from outside. */
    ATTACH_SHUT,
    /** Touched pages stay out of swap. */
    MEMORY_LOCKED
  }

  /** One system call that may fail. */
  private interface Step {
    void run() throws IOException;
  }

  public LauncherHardening {
    done = Set.copyOf(done);
    gaps = List.copyOf(gaps);
  }

  /** Does what is possible and tells what was. Cannot be undone. */
  public static LauncherHardening apply() {
    Set<Measure> done = EnumSet.noneOf(Measure.class);
    List<String> gaps = new ArrayList<>();
    attempt(Measure.NO_CORE_FILES, Libc::forbidCoreFiles, done, gaps);
    attempt(Measure.NOT_DUMPABLE, Libc::forbidDumping, done, gaps);
    attempt(Measure.ATTACH_SHUT, LauncherHardening::requireAttachShut, done, gaps);
    attempt(Measure.MEMORY_LOCKED, Libc::lockMemory, done, gaps);
    return new LauncherHardening(done, gaps);
  }

  /** The same in a thread of its own; whoever is about to read a secret waits for it. */
  public static Future<LauncherHardening> begin() {
    FutureTask<LauncherHardening> task = new FutureTask<>(LauncherHardening::apply);
    Thread.ofPlatform().daemon().name("signet-hardening").start(task);
    return task;
  }

  /** A JVM cannot shut this for itself once it runs; its start must have done so. */
  private static void requireAttachShut() throws IOException {
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (vm == null || !vm.getVMOption("DisableAttachMechanism").getValue().equals("true")) {
      throw new IOException(
          "another process of this user could load code into the launcher and read the request"
              + " key; start Signet with -XX:+DisableAttachMechanism");
    }
  }

  private static void attempt(Measure measure, Step step, Set<Measure> done, List<String> gaps) {
    try {
      step.run();
      done.add(measure);
    } catch (IOException | IllegalStateException e) {
      gaps.add(measure + ": " + e.getMessage());
    }
  }
}
