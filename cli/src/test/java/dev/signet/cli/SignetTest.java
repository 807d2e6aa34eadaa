// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SignetTest {
  private final CommandRun run = new CommandRun();

  @Test
  void helpOfEveryCommandHasExamplesAndADescription() {
    CommandLine signet =
        Signet.commandLine(
            new Invocation(
                InputStream.nullInputStream(),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                Map.of(),
                Clock.systemUTC(),
                SecureRandom::new));
    assertHelp(signet);
  }

  private static void assertHelp(CommandLine command) {
    String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    assertThat(usage).contains("Examples:").contains("--help");
    assertThat(usage.lines()).allMatch(l -> l.length() <= 100);
    assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
    command.getSubcommands().values().forEach(SignetTest::assertHelp);
  }

  @ParameterizedTest
  @CsvSource({"--help", "measure --help", "check statement -h", "keys new --help"})
  void helpIsGood(String line) {
    assertThat(run.good((Object[]) line.split(" ")).out()).startsWith("Usage: signet");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "measrue | did you mean measure?",
        "measure --jra a.jar | did you mean --jar?",
        "check statement --singer k.pem e.dsse | did you mean --signer?",
        "keys | Missing required subcommand",
        "frobnicate-the-thing | unknown argument frobnicate-the-thing (see: signet --help)",
        "measure --jar a.jar | Missing required options",
        "measure --jar a.jar --agent x --svn 1 | expected a SPIFFE ID such as",
        "measure --jar a.jar --agent spiffe://a/b --svn many | expected a whole number",
        "measure --not-before yesterday | expected a time such as",
      })
  void wrongCallsEndWith64AndSayWhatToDo(String line, String message) {
    CommandRun.Ended ended = run.signet((Object[]) line.split(" "));
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).startsWith("signet: ").contains(message).doesNotContain("\tat ");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void nothingAtAllShowsTheHelpAndEndsWith64() {
    CommandRun.Ended ended = run.signet();
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains("Usage: signet", "measure");
  }

  @Test
  void wrongCallsAreJsonWhereJsonIsAskedFor() throws Exception {
    CommandRun.Ended ended = run.signet("measure", "--json");
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.json().path("outcome").asText()).isEqualTo("usage");
    assertThat(ended.json().path("exit").asInt()).isEqualTo(64);
    assertThat(ended.json().path("findings").get(0).path("reason").asText()).isEqualTo("USAGE");
  }

  @Test
  void failureKeepsOffAnotherProgramsOutput() {
    CommandRun.Ended ended = run.signet("run", "--json", "--", "argument");
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).startsWith("{\"outcome\":\"usage\"");
  }

  @Test
  void whatFollowsTwoDashesIsNotOurs() {
    CommandRun.Ended ended = run.signet("measure", "--", "--json");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).startsWith("signet: ");
  }

  @Test
  void versionIsThatOfTheBuild() throws Exception {
    assertThat(run.good("version").out()).startsWith("signet 0.").doesNotContain("${");
    assertThat(run.good("--version").out()).startsWith("signet 0.");
    assertThat(run.good("version", "--json").json().path("outcome").asText()).isEqualTo("good");
  }

  @Test
  void resultThatCannotBeWrittenIsNotGood() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Signet.run(
            new Invocation(
                InputStream.nullInputStream(),
                new PrintStream(full, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(),
                Clock.systemUTC(),
                SecureRandom::new),
            "version");
    assertThat(code).isEqualTo(69);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("could not be written");
  }
}
