// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Standard output that remembers why something did not arrive; a PrintStream knows only that. */
final class ResultStream extends PrintStream {
  /**
   * 128 + SIGPIPE: what a shell gives for other tools whose reader went away. Not 0, since a script
   * that goes by the exit code could take what arrived for everything.
   */
  static final int READER_WENT_AWAY = 141;

  private final Remembering target;

  ResultStream(OutputStream target) {
    this(new Remembering(target));
  }

  private ResultStream(Remembering target) {
    super(target, true, StandardCharsets.UTF_8);
    this.target = target;
  }

  /**
   * Sends off what is still here, and tells on standard error of a result that did not arrive.
   *
   * @param code how the command went up to now
   * @return how it went with this
   */
  static int deliver(Invocation invocation, int code) {
    boolean lost = invocation.out().checkError();
    if (!lost || code != ExitCode.GOOD.code()) {
      return code;
    }
    IOException failure =
        invocation.out() instanceof ResultStream stream ? stream.target.failure : null;
    // JDK's words for EPIPE; in another language the reader's leaving is told as a failure.
    if (failure != null && "Broken pipe".equals(failure.getMessage())) {
      return READER_WENT_AWAY;
    }
    invocation.note(
        "the result could not be written to standard output"
            + (failure == null ? "" : ": " + failure.getMessage()));
    invocation.err().flush();
    return ExitCode.UNAVAILABLE.code();
  }

  private static final class Remembering extends OutputStream {
    private final OutputStream target;
    private IOException failure;

    private Remembering(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        target.write(bytes, offset, length);
      } catch (IOException e) {
        throw remembered(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        target.flush();
      } catch (IOException e) {
        throw remembered(e);
      }
    }

    private IOException remembered(IOException e) {
      // The first tells why; later ones may only say that the stream is broken.
      failure = failure == null ? e : failure;
      return e;
    }
  }
}
