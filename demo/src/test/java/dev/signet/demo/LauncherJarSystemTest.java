// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one file that a host needs, and the cache that is recorded for it. */
class LauncherJarSystemTest {
  @TempDir private Path directory;

  private record Ended(int code, String said) {}

  @Test
  void aLaunchIsRecordedAndTheCacheFitsAndCountsInTheDigest() throws Exception {
    Path cache = TrainedLauncher.cache();
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --init v --issuer https://verifier.example --listen 127.0.0.1:0",
        "tpm start t",
        "check eventlog pom.xml",
        "check quote --ak a --message m --signature s --nonce 00 --pcrs p",
        "policy learn ima pom.xml"
      })
  void whatAHostDoesNotNeedIsNotAFault(String command) throws Exception {
    Ended ended = signet(List.of(), command.split(" "));
    assertThat(ended.code()).as(ended.said()).isEqualTo(64);
    assertThat(ended.said()).contains("this is the launcher alone");
  }

  private static String digest(Ended doctor) {
    return doctor
        .said()
        .lines()
        .filter(line -> line.startsWith("ok    launcher"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(doctor.said()));
  }

  private Ended signet(List<String> options, String... arguments) throws Exception {
    List<String> command = LaunchCommand.begin(TrainedLauncher.JAR.toString(), options);
    command.removeLast(); // "run"
    command.addAll(List.of(arguments));
    Path told = Files.createTempFile(directory, "told", "");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(told.toFile()).start();
    int code = process.waitFor();
    return new Ended(code, Files.readString(told, StandardCharsets.UTF_8));
  }
}
