// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.util.concurrent.Callable;

/**
 * One subcommand. It has a constructor with an {@link Invocation} and nothing else, and stands in
 * the list of subcommands of its parent.
 */
interface SignetCommand extends Callable<Integer> {
  /**
   * Does the work. A command that passes on another program's exit code overrides {@link #call}.
   *
   * @throws CommandFailure for every end that is not good
   * @throws IOException for files and services that do not work; {@link FailureReport} words it
   */
  ExitCode run() throws CommandFailure, IOException, InterruptedException;

  /** Whether standard output belongs to a program that the command starts: we keep off it then. */
  default boolean standardOutputIsAnothers() {
    return false;
  }

  @Override
  default Integer call() throws CommandFailure, IOException, InterruptedException {
    return run().code();
  }
}
