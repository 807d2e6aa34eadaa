// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command as a process: class path, streams and exit codes as a shell sees them. */
class SignetIT {
  @TempDir Path dir;

  @Test
  void packagedCommandMakesKeysAndFailsWithItsCodes() throws Exception {
    assertThat(signet("keys", "new", "--out", "ci")).isZero();
    assertThat(stdout()).contains("thumbprint");
    assertThat(Files.readString(dir.resolve("ci.pub.pem"))).startsWith("-----BEGIN PUBLIC KEY");

    assertThat(signet("keys", "new", "--out", "ci")).isEqualTo(64);
    assertThat(stdout()).isEmpty();
    assertThat(stderr()).startsWith("signet: ").contains("not overwritten");

    Files.writeString(dir.resolve("none.dsse"), "{}");
    assertThat(signet("check", "statement", "none.dsse", "--signer", "ci.pub.pem")).isEqualTo(2);
    assertThat(stderr()).contains("STATEMENT_MALFORMED");
  }

  @Test
  void packagedCommandPrintsUtf8WhateverTheLocale() throws Exception {
    assertThat(signet("sign", "--help")).isZero();
    assertThat(stdout()).contains("signet measure … |");
  }

  @Test
  void packagedCommandTellsAReaderThatLeftFromADiskThatIsFull() throws Exception {
    String signet = "'" + String.join("' '", command("--help")) + "'";
    assertThat(ended("bash", "-c", signet + " | true; exit ${PIPESTATUS[0]}")).isEqualTo(141);
    assertThat(stderr()).isEmpty();

    assertThat(ended("bash", "-c", signet + " > /dev/full")).isEqualTo(69);
    assertThat(stderr()).startsWith("signet: ").contains("No space left on device");
  }

  private int signet(String... arguments) throws Exception {
    return ended(command(arguments).toArray(String[]::new));
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(Path.of("target", "signet", "lib").toAbsolutePath() + File.separator + "*");
    command.add(Signet.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  private int ended(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
    builder.environment().put("LC_ALL", "C");
    Process process =
        builder
            .redirectOutput(dir.resolve("stdout").toFile())
            .redirectError(dir.resolve("stderr").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String stdout() throws Exception {
    return Files.readString(dir.resolve("stdout"), StandardCharsets.UTF_8);
  }

  private String stderr() throws Exception {
    return Files.readString(dir.resolve("stderr"), StandardCharsets.UTF_8);
  }
}
