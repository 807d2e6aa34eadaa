// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The options between {@code java} and {@code -jar}: the ones that shut side doors, and a few
 * given.
 */
final class JvmOptions {
  private static final Pattern HARMLESS =
      Pattern.compile(
          "-Xm[sx][0-9]{1,9}[kKmMgG]?|-Xss[0-9]{1,9}[kKmMgG]?"
              + "|-XX:(?:Max|Initial|Min)RAMPercentage=[0-9]{1,3}(?:\\.[0-9]{1,2})?"
              + "|-XX:ActiveProcessorCount=[0-9]{1,4}"
              + "|-XX:\\+Use(?:Serial|Parallel|G1|Z|Shenandoah)GC"
              + "|-XX:\\+ExitOnOutOfMemoryError|-ea|-esa"
              + "|-Dfile\\.encoding=[A-Za-z0-9_-]{1,40}|-Duser\\.(?:timezone|language|country)=[A-Za-z0-9_/+-]{1,40}"
              + "|-D(?<name>[A-Za-z][A-Za-z0-9_.-]{0,200})(?:=[^\\x00-\\x1f]*)?");

  /**
   * System properties of the JDK and of proxies: they choose code, providers, trust or the way out.
   */
  private static final Set<String> RESERVED =
      Set.of(
          "java.",
          "jdk.",
          "sun.",
          "com.sun.",
          "javax.",
          "user.",
          "file.",
          "os.",
          "http.",
          "https.",
          "ftp.",
          "socks",
          "proxy",
          "networkaddress.",
          "native.",
          "stdout.",
          "stderr.",
          "polyglot.",
          "org.graalvm.");

  private JvmOptions() {}

  /**
   * @throws IllegalArgumentException if a given option is not known to be harmless
   */
  static List<String> of(
      List<String> given, LaunchDirectory directory, Optional<InetSocketAddress> proxy) {
    given.forEach(JvmOptions::refuse);
    List<String> options =
        new ArrayList<>(
            List.of(
                // Both: the first stops jcmd on every version, the second agents loaded by others.
                "-XX:+DisableAttachMechanism",
                "-XX:-EnableDynamicAgentLoading",
                // No memory-mapped counters under /tmp for other users of the host.
                "-XX:-UsePerfData",
                "-XX:-HeapDumpOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + directory.tmp().resolve("hs_err_%p.log"),
                "-Djava.io.tmpdir=" + directory.tmp()));
    options.addAll(given);
    if (proxy.isPresent()) {
      String port = Integer.toString(proxy.get().getPort());
      for (String scheme : new String[] {"http", "https"}) {
        options.add("-D" + scheme + ".proxyHost=127.0.0.1");
        options.add("-D" + scheme + ".proxyPort=" + port);
      }
      // Empty, not absent: the JDK would otherwise go to loopback addresses directly.
      options.add("-Dhttp.nonProxyHosts=");
    }
    return List.copyOf(options);
  }

  private static void refuse(String option) {
    var matcher = HARMLESS.matcher(option);
    boolean harmless = matcher.matches();
    String property = harmless ? matcher.group("name") : null;
    if (!harmless || (property != null && RESERVED.stream().anyMatch(property::startsWith))) {
      throw new IllegalArgumentException(
          "the JVM option "
              + option
              + " is not accepted: it may load or change code behind the measurement. Accepted are "
              + "heap and stack sizes, the collector, processor count, encoding, locale, and -D "
              + "properties of the program itself.");
    }
  }
}
