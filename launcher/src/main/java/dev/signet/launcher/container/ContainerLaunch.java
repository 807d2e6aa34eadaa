// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.process.AgentPlan;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.process.CleanEnvironment;
import dev.signet.launcher.process.CoreFiles;
import dev.signet.launcher.process.Isolation;
import dev.signet.launcher.process.Isolation.Measure;
import dev.signet.launcher.process.PrivateMount;
import dev.signet.launcher.process.TrustFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The plan to start an image that lies unpacked in a private mount: runc in a process namespace
 * that the kernel empties when the launcher dies.
 */
public final class ContainerLaunch implements AgentPlan {
  /** Where the agent sees the launcher's sockets, if it does. */
  public static final Path SOCKETS = Path.of("/run/signet");

  private final ContainerHost host;
  private final PrivateMount mount;
  private final RuntimeConfig config;
  private final String name;
  private final long device;
  private final Isolation isolation;
  private final Optional<AgentSpace> space;

  private ContainerLaunch(
      ContainerHost host,
      PrivateMount mount,
      RuntimeConfig config,
      String name,
      long device,
      Isolation isolation,
      Optional<AgentSpace> space) {
    this.host = host;
    this.mount = mount;
    this.config = config;
    this.name = name;
    this.device = device;
    this.isolation = isolation;
    this.space = space;
  }

  /**
   * @param name of the launch, and of its control group
   * @param device of the file system that holds the image's files
   * @param space with a network for it; without one, the host's
   */
  static ContainerLaunch plan(
      ContainerHost host,
      PrivateMount mount,
      RuntimeConfig config,
      String name,
      long device,
      Optional<AgentSpace> space)
      throws IOException {
    return new ContainerLaunch(host, mount, config, name, device, isolation(config, space), space);
  }

  private static Isolation isolation(RuntimeConfig config, Optional<AgentSpace> space)
      throws IOException {
    Set<Measure> measures =
        EnumSet.of(
            Measure.CLEAN_ENVIRONMENT,
            Measure.PRIVATE_COPY,
            Measure.PRIVATE_DIRECTORIES,
            Measure.NO_NEW_PRIVILEGES,
            Measure.DIES_WITH_LAUNCHER,
            Measure.OTHER_USER,
            Measure.READ_ONLY_ROOT,
            Measure.NO_CAPABILITIES,
            Measure.OWN_NAMESPACES,
            Measure.OWN_MOUNTS,
            Measure.HIDDEN_PROCESSES,
            Measure.SYSTEM_CALL_FILTER,
            Measure.PROCESS_LIMIT);
    List<String> gaps = new ArrayList<>();
    if (space.isPresent()) {
      measures.addAll(space.get().measures());
    } else {
      measures.add(Measure.HOST_NETWORK);
      gaps.add(Isolation.HOST_NETWORK_GAP);
    }
    if (CoreFiles.arePiped()) {
      gaps.add(CoreFiles.PIPED);
    } else {
      measures.add(Measure.NO_CORE_FILES);
    }
    if (config.idBase().isPresent()) {
      measures.add(Measure.USER_NAMESPACE);
    } else {
      gaps.add("user-namespace: this kernel gives none; the image's users are this host's");
    }
    if (config.limits() != null && config.limits().memoryBytes() != null) {
      measures.add(Measure.MEMORY_LIMIT);
    } else {
      gaps.add("memory-limit: the reference statement sets none");
    }
    if (config.limits() != null && config.limits().cpuMillis() != null) {
      measures.add(Measure.PROCESSOR_LIMIT);
    }
    return new Isolation(measures, gaps);
  }

  /**
   * The variables of an agent in an image: what its configuration says, what was asked for, the way
   * to the signing proxy, and whom to trust.
   *
   * @throws IllegalArgumentException if a variable is asked for that would open a side door
   */
  static Map<String, String> environment(
      Map<String, String> ofImage,
      Map<String, String> given,
      Optional<InetSocketAddress> proxy,
      Optional<TrustFiles.Place> trust) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOME", "/tmp");
    environment.putAll(ofImage);
    given.forEach(
        (name, value) -> {
          CleanEnvironment.requireHarmless(name);
          environment.put(name, value);
        });
    proxy.ifPresent(
        address -> {
          CleanEnvironment.putProxy(environment, address);
          addJavaOptions(environment, javaProxy(address));
        });
    trust.ifPresent(
        place -> {
          place.put(environment);
          addJavaOptions(environment, String.join(" ", place.javaOptions()));
        });
    return environment;
  }

  /** JVMs do not read the other variables. */
  private static void addJavaOptions(Map<String, String> environment, String options) {
    environment.merge("JAVA_TOOL_OPTIONS", options, (a, b) -> a + " " + b);
  }

  private static String javaProxy(InetSocketAddress address) {
    List<String> options = new ArrayList<>();
    for (String scheme : new String[] {"http", "https"}) {
      options.add("-D" + scheme + ".proxyHost=127.0.0.1");
      options.add("-D" + scheme + ".proxyPort=" + address.getPort());
    }
    options.add("-Dhttp.nonProxyHosts=");
    return String.join(" ", options);
  }

  @Override
  public List<String> command() {
    return List.of(
        host.setpriv().toString(),
        "--pdeathsig",
        "KILL",
        "--",
        // runc lets a container outlive it. What lives in this process namespace ends with its
        // first process, and that one with the program before it.
        host.unshare().toString(),
        "--mount",
        "--propagation",
        "private",
        "--pid",
        "--fork",
        "--kill-child=KILL",
        "--mount-proc",
        "--",
        host.runc().toString(),
        "--root",
        state().toString(),
        "--log",
        log().toString(),
        "run",
        "--bundle",
        mount.at().toString(),
        name);
  }

  /** Of the runtime; the agent's is in its configuration. */
  @Override
  public Map<String, String> environment() {
    return Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
  }

  @Override
  public Path workingDirectory() {
    return Path.of("/");
  }

  @Override
  public Isolation isolation() {
    return isolation;
  }

  @Override
  public void requireUnchanged() throws IOException {
    mount.requireReadOnly();
  }

  @Override
  public ProcessHandle requireIsolated(Process started) throws IOException {
    return new ObservedContainer(this, started).require();
  }

  Optional<AgentSpace> space() {
    return space;
  }

  /** The agent's group, as the host numbers it. */
  public int hostGroup() {
    return config.idBase().orElse(0) + config.user().gid();
  }

  Path state() {
    return mount.at().resolve("state");
  }

  Path log() {
    return state().resolve("log");
  }

  RuntimeConfig config() {
    return config;
  }

  Cgroups cgroups() {
    return host.cgroups();
  }

  String name() {
    return name;
  }

  long device() {
    return device;
  }
}
