// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.Progress;
import java.text.MessageFormat;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Passes on what libraries log, and our own parts from INFO on, as progress: otherwise their lines
 * would stand in a form of their own between ours, and break {@code --json}.
 */
final class LogAsProgress extends Handler {
  private final Progress progress;

  private LogAsProgress(Progress progress) {
    this.progress = progress;
    setLevel(Level.INFO);
  }

  /** From now on, in the whole process. */
  static void to(Progress progress) {
    LogManager.getLogManager().reset();
    Logger.getLogger("").addHandler(new LogAsProgress(progress));
  }

  @Override
  public void publish(LogRecord record) {
    String logger = record.getLoggerName();
    boolean ours = logger != null && logger.startsWith("dev.signet.");
    boolean heard =
        ours ? isLoggable(record) : record.getLevel().intValue() > Level.INFO.intValue();
    if (!heard) {
      return;
    }
    Object[] parameters = record.getParameters();
    String text =
        parameters == null || parameters.length == 0
            ? record.getMessage()
            : MessageFormat.format(record.getMessage(), parameters);
    Throwable thrown = record.getThrown();
    progress.say(Progress.Step.WARNING, thrown == null ? text : text + ": " + thrown);
  }

  @Override
  public void flush() {
    // Progress is written line by line.
  }

  @Override
  public void close() {
    // The stream belongs to the command.
  }
}
