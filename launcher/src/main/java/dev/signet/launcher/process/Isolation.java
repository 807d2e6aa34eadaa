// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What separates an agent from the launcher and the host. Planned before the start, so that it can
 * be measured; what the kernel shows is compared with the plan once the agent runs.
 *
 * @param measures what is in force
 * @param gaps what is not, each with the reason, for people
 */
public record Isolation(Set<Measure> measures, List<String> gaps) {
  /** One measure; its {@link #label()} goes into the launch event. */
  public enum Measure {
    /** The environment holds nothing but what was named. */
    CLEAN_ENVIRONMENT("clean-environment"),
    /** JVM options: no attach, no agents later, no dumps, no performance data. */
    JVM_SIDE_DOORS_SHUT("jvm-side-doors-shut"),
    /** The agent runs a copy in a directory that other users cannot enter. */
    PRIVATE_COPY("private-copy"),
    /** Working directory, home and temporary directory are new, empty and its own. */
    PRIVATE_DIRECTORIES("private-directories"),
    /** Neither it nor its children can gain rights by set-user-id programs. */
    NO_NEW_PRIVILEGES("no-new-privileges"),
    /** The kernel kills it when the launcher dies. */
    DIES_WITH_LAUNCHER("dies-with-launcher"),
    /** The kernel writes no core file of it. */
    NO_CORE_FILES("no-core-files"),
    /** It runs as another user, without supplementary groups or capabilities. */
    OTHER_USER("other-user"),
    /** It can change no file of its image. */
    READ_ONLY_ROOT("read-only-root"),
    /** It has no capability, nor can it get one. */
    NO_CAPABILITIES("no-capabilities"),
    /** Namespaces of its own for processes, mounts, IPC, host name and cgroups. */
    OWN_NAMESPACES("own-namespaces"),
    /** Its users, root among them, are nobody on the host. */
    USER_NAMESPACE("user-namespace"),
    /** System calls that open the kernel rather than serve a program are refused. */
    SYSTEM_CALL_FILTER("system-call-filter"),
    /** The kernel bounds its memory. */
    MEMORY_LIMIT("memory-limit"),
    /** The kernel bounds how many processes and threads it has. */
    PROCESS_LIMIT("process-limit"),
    /** The kernel bounds its processor time. */
    PROCESSOR_LIMIT("processor-limit"),
    /** A network of its own, whose only way out is the signing proxy. */
    OWN_NETWORK("own-network"),
    /** It sees neither the host's sockets, devices and temporary files nor people's files. */
    OWN_MOUNTS("own-mounts"),
    /** It sees no process but those of its own user. */
    HIDDEN_PROCESSES("hidden-processes"),
    /** It can make no socket that would go past its network. */
    SOCKET_FILTER("socket-filter"),
    /** No separation but the lack of one, told all the same: it shares the host's network. */
    HOST_NETWORK("host-network");

    private final String label;

    Measure(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /** The gap to tell with {@link Measure#HOST_NETWORK}. */
  public static final String HOST_NETWORK_GAP =
      "host-network: the agent shares this host's network; what it sends past the signing proxy is"
          + " not signed, and not stopped";

  public Isolation {
    measures = Set.copyOf(measures.isEmpty() ? EnumSet.noneOf(Measure.class) : measures);
    gaps = List.copyOf(gaps);
  }

  public boolean has(Measure measure) {
    return measures.contains(measure);
  }

  /** The labels, sorted, as the launch event states them. */
  public List<String> labels() {
    Set<String> labels = new TreeSet<>();
    measures.forEach(measure -> labels.add(measure.label()));
    return List.copyOf(labels);
  }
}
