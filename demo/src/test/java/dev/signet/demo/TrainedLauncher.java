// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The one file that a host needs, as it is delivered, and a cache recorded for it. One recording
 * serves all tests of this JVM: each of their launches takes half of the processor time with it.
 */
final class TrainedLauncher {
  static final Path JAR = Path.of("../cli/target/signet/signet-launcher.jar");
  private static final Path CACHE = Path.of("target/test-launcher.aot");
  private static boolean recorded;

  private TrainedLauncher() {}

  /** Records a launch, the first time. */
  static synchronized Path cache() throws IOException {
    if (!recorded) {
      Files.deleteIfExists(CACHE);
      try {
        TrainingLaunch.main(new String[] {JAR.toString(), agentJar().toString(), CACHE.toString()});
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException("no launch could be recorded", e);
      }
      recorded = true;
    }
    return CACHE;
  }

  /** Words for java, before those for {@code signet}. */
  static List<String> words() throws IOException {
    return List.of(
        "-Dcom.amazon.corretto.crypto.provider.registerEdKeyFactory=true",
        "-XX:AOTCache=" + cache(),
        "-Xlog:aot*=off",
        "-jar",
        JAR.toString());
  }

  private static Path agentJar() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target/signet"))) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-agent.jar"))
          .findFirst()
          .orElseThrow();
    }
  }
}
