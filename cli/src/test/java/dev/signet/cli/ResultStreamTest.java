// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
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

class ResultStreamTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void readerThatWentAwayIsNoFailureToTell() {
    assertThat(version(failing("Broken pipe"))).isEqualTo(141);
    assertThat(told()).isEmpty();
  }

  @Test
  void anythingElseIsToldInTheSystemsWords() {
    assertThat(version(failing("No space left on device"))).isEqualTo(69);
    assertThat(told()).contains("could not be written", "No space left on device");
  }

  @Test
  void bytesLostInABufferAreToldToo() {
    assertThat(version(new BufferedOutputStream(failing("Input/output error")))).isEqualTo(69);
    assertThat(told()).contains("Input/output error");
  }

  @Test
  void whatTheCommandFoundIsSaidWhetherOrNotItWasRead() {
    assertThat(run(failing("Broken pipe"), "measure", "--json")).isEqualTo(64);
  }

  @Test
  void writtenResultIsGood() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(version(out)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("signet 0.");
    assertThat(told()).isEmpty();
  }

  private int version(OutputStream out) {
    return run(out, "version");
  }

  private int run(OutputStream out, String... arguments) {
    return Signet.run(
        new Invocation(
            InputStream.nullInputStream(),
            new ResultStream(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            Clock.systemUTC(),
            SecureRandom::new),
        arguments);
  }

  private String told() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static OutputStream failing(String words) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(words);
      }
    };
  }
}
