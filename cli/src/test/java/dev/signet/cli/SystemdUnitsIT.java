// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The units in docs/systemd say what this program and systemd understand. */
class SystemdUnitsIT {
  private static final Path UNITS = Path.of("../docs/systemd");
  private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
  private static final Pattern STARTED =
      Pattern.compile("(?m)^ExecStart=/opt/signet/bin/signet (.*)$");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"signet-register.service", "signet-agent@.service"})
  void startsACommandThatThereIs(String unit) throws IOException {
    Matcher started = STARTED.matcher(Files.readString(UNITS.resolve(unit)));
    assertThat(started.find()).isTrue();
    String arguments =
        started
            .group(1)
            .replace("$SIGNET_RUN", "--statement s.dsse --signer ci.pub.pem --jar agent.jar");
    // Throws where an option or command is none.
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    var invocation =
        new Invocation(System.in, nowhere, nowhere, Map.of(), Clock.systemUTC(), SecureRandom::new);
    assertThat(Signet.commandLine(invocation).parseArgs(arguments.split(" ")).subcommand())
        .isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"signet-register.service, 20", "signet-agent@.service, 75"})
  void systemdUnderstandsItAndFindsItClosedEnough(String unit, int exposure) throws Exception {
    assumeThat(ANALYZE).exists();
    Path copy = directory.resolve(unit);
    Files.writeString(
        copy,
        Files.readString(UNITS.resolve(unit)).replace("/opt/signet/bin/signet", "/usr/bin/true"));
    assertThat(analyze("verify", "--man=no", copy.toString())).isEmpty();
    String judged =
        analyze(
            "security", "--offline=true", "--no-pager", "--threshold=" + exposure, copy.toString());
    assertThat(judged).contains("Overall exposure level");
  }

  /** All else below /run is closed to the service, and root's launcher keeps its launches there. */
  @Test
  void theAgentsServiceMayWriteWhereLaunchesAre() throws IOException {
    assertThat(Files.readAllLines(UNITS.resolve("signet-agent@.service")))
        .contains("ProtectSystem=strict", "RuntimeDirectory=" + relativeToRun())
        .contains("RuntimeDirectoryPreserve=yes");
  }

  private static Path relativeToRun() {
    return Path.of("/run").relativize(PrivateParent.OF_ROOT);
  }

  private String analyze(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(ANALYZE.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
