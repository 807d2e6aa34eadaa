// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The agent's environment, built from nothing: what is not named here does not reach the agent. */
public final class CleanEnvironment {
  /** Language and time of day; they choose no code. */
  private static final Set<String> INHERITED = Set.of("LANG", "LC_ALL", "TZ");

  /** Variables that choose code or options behind the measured command line. */
  private static final Set<String> REFUSED =
      Set.of(
          "JAVA_TOOL_OPTIONS",
          "_JAVA_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "JDK_AOT_VM_OPTIONS",
          "JAVA_OPTS",
          "JAVA_HOME",
          "CLASSPATH",
          "GCONV_PATH",
          "LOCPATH",
          "NLSPATH",
          "GLIBC_TUNABLES",
          "BASH_ENV",
          "ENV",
          "IFS",
          // What an image's runtime would load; the image itself may set them, as it is measured.
          "NODE_OPTIONS",
          "NODE_PATH",
          "PYTHONPATH",
          "PYTHONHOME",
          "PYTHONSTARTUP",
          "PERL5OPT",
          "PERL5LIB",
          "RUBYOPT",
          "RUBYLIB",
          "DOTNET_STARTUP_HOOKS");

  private static final Set<String> REFUSED_PREFIXES = Set.of("LD_", "_JAVA", "MALLOC_", "DYLD_");

  private CleanEnvironment() {}

  /**
   * @param parent the launcher's environment
   * @param given what the operator asked for, by name
   * @throws IllegalArgumentException if a variable is given that would open a side door
   */
  static SortedMap<String, String> of(
      Map<String, String> parent,
      Map<String, String> given,
      LaunchDirectory directory,
      Optional<InetSocketAddress> proxy) {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("HOME", directory.work().toString());
    environment.put("TMPDIR", directory.tmp().toString());
    for (String name : INHERITED) {
      if (parent.containsKey(name)) {
        environment.put(name, parent.get(name));
      }
    }
    given.forEach(
        (name, value) -> {
          requireHarmless(name);
          environment.put(name, value);
        });
    // Last, so that nothing given leads around the proxy.
    proxy.ifPresent(address -> putProxy(environment, address));
    return environment;
  }

  /** The variables by which programs find the signing proxy; over whatever stood there. */
  public static void putProxy(Map<String, String> environment, InetSocketAddress address) {
    String url = "http://127.0.0.1:" + address.getPort();
    for (String name : new String[] {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
      environment.put(name, url);
      environment.put(name.toLowerCase(Locale.ROOT), url);
    }
    environment.put("NO_PROXY", "");
    environment.put("no_proxy", "");
    // Node.js looks at the others only with it.
    environment.put("NODE_USE_ENV_PROXY", "1");
  }

  /**
   * @throws IllegalArgumentException if a variable of this name would open a side door
   */
  public static void requireHarmless(String name) {
    boolean wellFormed = name.matches("[A-Za-z_][A-Za-z0-9_]*");
    if (!wellFormed
        || REFUSED.contains(name)
        || REFUSED_PREFIXES.stream().anyMatch(name::startsWith)) {
      throw new IllegalArgumentException(
          "the variable "
              + name
              + " is not given to an agent: it could load code that was not measured. "
              + "Give options on the command line instead.");
    }
  }
}
