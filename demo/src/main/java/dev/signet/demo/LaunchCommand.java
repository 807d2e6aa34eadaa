// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.launcher.process.AgentSpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How {@code signet run} is started as a process of its own: from the launcher's JAR, as a host
 * does, where the system property {@value #JAR} names it; else from this program's own class path.
 * {@value #CACHE} names the ahead-of-time cache that belongs to that JAR, if there is one.
 */
public final class LaunchCommand {
  public static final String JAR = "signet.launcher.jar";
  public static final String CACHE = "signet.launcher.cache";

  /** Where an agent cannot be isolated, that must be asked for. */
  private static final List<String> ISOLATION =
      whyNotIsolated().isPresent() ? List.of("--isolation=none") : List.of();

  private LaunchCommand() {}

  /** What keeps this host from isolating an agent in full; empty if nothing does. */
  static Optional<String> whyNotIsolated() {
    try {
      return AgentSpace.missing();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted while it was tried");
    }
  }

  /** Options for {@code signet run}, by what this host allows. */
  public static List<String> isolation() {
    return ISOLATION;
  }

  /** {@code java … signet run}, to be added to. */
  public static List<String> begin() {
    String jar = System.getProperty(JAR);
    String cache = System.getProperty(CACHE);
    if (jar == null) {
      return begin(System.getProperty("java.class.path"), List.of());
    }
    return begin(
        jar,
        cache == null || !Files.exists(Path.of(cache))
            ? List.of()
            : List.of("-XX:AOTCache=" + cache));
  }

  static List<String> begin(String classPath, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+DisableAttachMechanism",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Dcom.amazon.corretto.crypto.provider.registerEdKeyFactory=true"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, "dev.signet.cli.Signet", "run"));
    return command;
  }
}
