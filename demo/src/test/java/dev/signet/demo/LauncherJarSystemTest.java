// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one file that a host needs, and the cache that is recorded for it. */
class LauncherJarSystemTest {
  private static final Path JAR = Path.of("../cli/target/signet/signet-launcher.jar");

  @TempDir private Path directory;

  private record Ended(int code, String said) {}

  @Test
  void aLaunchIsRecordedAndTheCacheFitsAndCountsInTheDigest() throws Exception {
    Path cache = directory.resolve("launcher.aot");
    TrainingLaunch.main(new String[] {JAR.toString(), agentJar().toString(), cache.toString()});
    assertThat(cache).isNotEmptyFile();
    // AOTMode=on: the JVM does not start where the cache does not fit.
    List<String> options = List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on");
    Ended with = signet(options, "doctor", "--state", directory.resolve("s").toString());
    Ended without = signet(List.of(), "doctor", "--state", directory.resolve("s").toString());
    assertThat(digest(with)).isNotEqualTo(digest(without));
  }

  @Test
  void whatAHostDoesNeedsNoOtherFile() throws Exception {
    Path place = Files.createTempDirectory("sgj");
    String state = directory.resolve("state").toString();
    try (SimulatedTpm tpm =
        TpmMaker.in(place, "A maker", new SecureRandom()).manufacture(place.resolve("t"))) {
      tpm.start();
      String address = tpm.address();
      Ended provisioned = signet(List.of(), "provision", "--tpm", address, "--state", state);
      assertThat(provisioned.code()).as(provisioned.said()).isZero();
      Ended enrolled =
          signet(
              List.of(),
              "enroll",
              "--tpm",
              address,
              "--state",
              state,
              "--host",
              "h",
              "--verifier",
              "https://127.0.0.1:1",
              "--verifier-pin",
              "sha256:" + "0".repeat(64));
      assertThat(enrolled.code()).as(enrolled.said()).isEqualTo(69);
      assertThat(enrolled.said()).contains("cannot be reached");
      Ended examined = signet(List.of(), "doctor", "--tpm", address, "--state", state);
      assertThat(examined.said()).contains("AK Name");
    } finally {
      Demo.delete(place);
    }
  }

  private static String digest(Ended doctor) {
    return doctor
        .said()
        .lines()
        .filter(line -> line.startsWith("ok    launcher"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(doctor.said()));
  }

  private static Path agentJar() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target/signet"))) {
      return files.filter(f -> f.toString().endsWith("-agent.jar")).findFirst().orElseThrow();
    }
  }

  private Ended signet(List<String> options, String... arguments) throws Exception {
    List<String> command = LaunchCommand.begin(JAR.toString(), options);
    command.removeLast(); // "run"
    command.addAll(List.of(arguments));
    Path told = Files.createTempFile(directory, "told", "");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(told.toFile()).start();
    int code = process.waitFor();
    return new Ended(code, Files.readString(told, StandardCharsets.UTF_8));
  }
}
