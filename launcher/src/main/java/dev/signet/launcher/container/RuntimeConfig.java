// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.protocol.ResourceLimits;
import dev.signet.protocol.StrictJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the container runtime is told (OCI runtime specification 1.0.2, config.json). All of it is
 * made here; of the image there is what its measured configuration says: program, variables,
 * directory and user.
 *
 * @param arguments the program and its arguments
 * @param environment as it is, by name
 * @param workingDirectory absolute, within the image
 * @param user within the image
 * @param idBase the host's first identifier of the {@link #IDS} that the image's stand for; empty
 *     without a user namespace
 * @param limits from the reference statement; null for none
 * @param cgroup the path of its control group
 * @param sockets a directory with the launcher's sockets for it, if there are any
 */
record RuntimeConfig(
    List<String> arguments,
    Map<String, String> environment,
    String workingDirectory,
    ImageUser user,
    Optional<Integer> idBase,
    ResourceLimits limits,
    String cgroup,
    Optional<Path> sockets) {
  /** As many users and groups as an image has in a user namespace. */
  static final int IDS = 65536;

  /** Enough for a large program, too few to fill a host's process table. */
  static final long PROCESSES = 4096;

  private static final long SCRATCH_BYTES = 256L << 20;
  private static final long CPU_PERIOD_MICROS = 100_000;

  byte[] encode() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("ociVersion", "1.0.2");
    config.put("process", process());
    config.put("root", Map.of("path", "rootfs", "readonly", true));
    config.put("hostname", "agent");
    config.put("mounts", mounts());
    config.put("linux", linux());
    return StrictJson.encode(config);
  }

  private Map<String, Object> process() {
    Map<String, Object> process = new LinkedHashMap<>();
    process.put("terminal", false);
    process.put("user", Map.of("uid", user.uid(), "gid", user.gid()));
    process.put("args", arguments);
    process.put(
        "env", environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    process.put("cwd", workingDirectory);
    List<String> none = List.of();
    process.put(
        "capabilities",
        Map.of(
            "bounding", none,
            "effective", none,
            "inheritable", none,
            "permitted", none,
            "ambient", none));
    process.put("rlimits", List.of(Map.of("type", "RLIMIT_CORE", "hard", 0, "soft", 0)));
    process.put("noNewPrivileges", true);
    return process;
  }

  private List<Object> mounts() {
    List<String> shut = List.of("nosuid", "noexec", "nodev");
    List<Object> mounts = new ArrayList<>(fileSystems(shut));
    sockets.ifPresent(
        directory ->
            mounts.add(
                Map.of(
                    "destination",
                    ContainerLaunch.SOCKETS.toString(),
                    "type",
                    "bind",
                    "source",
                    directory.toString(),
                    "options",
                    // Read-only: to connect is not to write to a file system.
                    Stream.concat(Stream.of("bind", "ro"), shut.stream()).toList())));
    return mounts;
  }

  private static List<Object> fileSystems(List<String> shut) {
    return List.of(
        mount("proc", "/proc", shut),
        mount("tmpfs", "/dev", List.of("nosuid", "noexec", "mode=755", "size=64k")),
        mount("tmpfs", "/dev/shm", scratch(shut)),
        mount("tmpfs", "/tmp", scratch(shut)),
        // Where JVMs and others read what they may use.
        mount("cgroup", "/sys/fs/cgroup", Stream.concat(shut.stream(), Stream.of("ro")).toList()));
  }

  private static List<String> scratch(List<String> options) {
    return Stream.concat(options.stream(), Stream.of("mode=1777", "size=" + SCRATCH_BYTES))
        .toList();
  }

  private static Map<String, Object> mount(String type, String at, List<String> options) {
    return Map.of("destination", at, "type", type, "source", type, "options", options);
  }

  private Map<String, Object> linux() {
    Map<String, Object> linux = new LinkedHashMap<>();
    linux.put("cgroupsPath", cgroup);
    linux.put("resources", resources());
    Stream<String> own = Stream.of("pid", "mount", "ipc", "uts", "cgroup");
    linux.put(
        "namespaces",
        Stream.concat(own, idBase.isPresent() ? Stream.of("user") : Stream.empty())
            .map(type -> Map.of("type", type))
            .toList());
    idBase.ifPresent(
        base -> {
          List<Object> map = List.of(Map.of("containerID", 0, "hostID", base, "size", IDS));
          linux.put("uidMappings", map);
          linux.put("gidMappings", map);
        });
    linux.put(
        "maskedPaths",
        List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/firmware"));
    linux.put(
        "readonlyPaths",
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"));
    linux.put("seccomp", SystemCallFilter.specification());
    return linux;
  }

  private Map<String, Object> resources() {
    Map<String, Object> resources = new LinkedHashMap<>();
    resources.put("devices", List.of(Map.of("allow", false, "access", "rwm")));
    resources.put("pids", Map.of("limit", processes()));
    if (limits != null && limits.memoryBytes() != null) {
      resources.put("memory", Map.of("limit", limits.memoryBytes()));
    }
    if (limits != null && limits.cpuMillis() != null) {
      long quota = Math.multiplyExact(limits.cpuMillis(), CPU_PERIOD_MICROS / 1000);
      resources.put("cpu", Map.of("quota", Math.max(quota, 1000), "period", CPU_PERIOD_MICROS));
    }
    return resources;
  }

  long processes() {
    return limits != null && limits.pids() != null ? limits.pids() : PROCESSES;
  }
}
