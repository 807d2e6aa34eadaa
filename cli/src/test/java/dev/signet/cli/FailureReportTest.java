// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailureReportTest {
  @Test
  void callersMistakesAreUsage() {
    assertThat(code(new NoSuchFileException("a"))).isEqualTo(ExitCode.USAGE);
    assertThat(code(new AccessDeniedException("a"))).isEqualTo(ExitCode.USAGE);
    assertThat(code(new UncheckedIOException(new NoSuchFileException("a"))))
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void outagesAreUnavailable() {
    assertThat(code(new IOException())).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(code(new FileSystemException("a", null, "No space left on device")))
        .isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(FailureReport.classify(new FileSystemException("a", null, "No space left")))
        .hasMessage("a: No space left");
  }

  @Test
  void everythingElseIsOurFault() {
    assertThat(code(new IllegalStateException("secret"))).isEqualTo(ExitCode.FAULT);
    assertThat(code(new StackOverflowError())).isEqualTo(ExitCode.FAULT);
  }

  @Test
  void faultsAreToldWithoutTraceOrMessageUnlessDebugged() {
    String quiet = report(Map.of());
    assertThat(quiet)
        .contains("SIGNET_DEBUG=1", "IllegalStateException")
        .doesNotContain("\tat ", "secret");
    assertThat(report(Map.of("SIGNET_DEBUG", "1"))).contains("\tat ");
  }

  @Test
  void escapeSequencesDoNotReachTheTerminal() {
    assertThat(Terminal.printable("a\u001b[2Jb\n\u202ec")).isEqualTo("a\\u001b[2Jb\\u000a\\u202ec");
    assertThat(Terminal.printable("ä ok")).isEqualTo("ä ok");
  }

  private static ExitCode code(Throwable thrown) {
    return FailureReport.classify(thrown).code();
  }

  private static String report(Map<String, String> environment) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    FailureReport.report(
        new IllegalStateException("secret"),
        false,
        new Invocation(
            InputStream.nullInputStream(),
            stream,
            stream,
            environment,
            Clock.systemUTC(),
            SecureRandom::new));
    return err.toString(StandardCharsets.UTF_8);
  }
}
