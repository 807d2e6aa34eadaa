// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.measurements.KeyFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Launches an agent once on a simulated TPM, against a verifier of its own, while the JVM records
 * what it loads: the ahead-of-time cache (JEP 483, JEP 514) with which later launches start in two
 * thirds of the time. The cache holds classes, not the state of this launch: no key of it is in
 * there.
 *
 * <p>Arguments: the launcher's JAR, the agent's JAR, the file to be made.
 */
public final class TrainingLaunch {
  /**
   * Then no profiles are recorded. With them in the cache, the second compiler would take up to a
   * second of processor time from each launch; without, it begins when the agent is at work.
   */
  private static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

  private TrainingLaunch() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3) {
      System.err.println("expected the launcher's JAR, an agent's JAR and the cache to be made");
      System.exit(64);
    }
    Logger.getLogger("").setLevel(Level.SEVERE);
    Path cache = Path.of(arguments[2]);
    Path made = cache.resolveSibling(cache.getFileName() + ".new");
    Path directory = Files.createTempDirectory("sgn");
    Story silent =
        new Story(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8), false);
    try (World world = World.build(directory, silent)) {
      launch(world, Path.of(arguments[0]), Path.of(arguments[1]), made);
      Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(made);
      Demo.delete(directory);
    }
  }

  private static void launch(World world, Path launcher, Path agent, Path made) throws Exception {
    Path jar = Files.copy(agent, world.directory().resolve("agent.jar"));
    Path signer = world.directory().resolve("ci.pub.pem");
    KeyFiles.create(world.ci(), world.directory().resolve("ci.pem"), signer);
    Path statement = world.statement("agent", jar, 3);
    List<String> command =
        LaunchCommand.begin(
            launcher.toString(), List.of(FIRST_COMPILER_ONLY, "-XX:AOTCacheOutput=" + made));
    AgentRun run = AgentRun.start(command, world, world.host(), signer, statement, jar);
    try (run) {
      if (!run.ready()) {
        throw new IOException("the training launch failed: " + run.said());
      }
      run.ask("GET /weather");
    }
    int code = run.waitFor();
    if (code != 0 || !Files.exists(made)) {
      throw new IOException("the training launch left no cache; exit code " + code);
    }
  }
}
