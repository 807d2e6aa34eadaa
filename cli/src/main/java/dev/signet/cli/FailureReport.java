// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.AttestorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;

/** Turns whatever ended a command into one line for people or one object for machines. */
final class FailureReport {
  private FailureReport() {}

  private record Failed(String outcome, int exit, List<Finding> findings) {}

  static ExitCode report(Throwable thrown, boolean json, Invocation invocation) {
    CommandFailure failure = classify(thrown);
    if (json) {
      invocation.print(
          new Failed(
              failure.code().outcome(),
              failure.code().code(),
              List.of(new Finding(failure.reason(), failure.getMessage()))));
    } else {
      String verdict =
          switch (failure.code()) {
            case REFUSED -> "refused: " + failure.reason() + ": ";
            case NOT_AUTHENTIC -> "not authentic: " + failure.reason() + ": ";
            case UNAVAILABLE -> named(failure);
            default -> "";
          };
      invocation.note(verdict + failure.getMessage());
    }
    if (invocation.debug()) {
      thrown.printStackTrace(invocation.err());
    }
    return failure.code();
  }

  /** Outages with a name of their own are looked up by it. */
  private static String named(CommandFailure failure) {
    return failure.reason().equals(ExitCode.UNAVAILABLE.name()) ? "" : failure.reason() + ": ";
  }

  /** Of Signet itself: a launcher's JAR has only some of its modules. */
  private static boolean isLeftOut(LinkageError error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (at instanceof NoClassDefFoundError
          && at.getMessage() != null
          && at.getMessage().startsWith("dev/signet/")) {
        return true;
      }
    }
    return false;
  }

  static CommandFailure classify(Throwable thrown) {
    return switch (thrown) {
      case CommandFailure f -> f;
      case UncheckedIOException e -> classify(e.getCause());
      case AttestorException e -> CommandFailure.unavailable(e);
      case InterruptedException e -> CommandFailure.unavailable("interrupted", e);
      case NoSuchFileException e ->
          CommandFailure.usage("expected a file at " + e.getFile() + ", there is none");
      case AccessDeniedException e ->
          CommandFailure.usage("expected access to " + e.getFile() + ", this user has none");
      case FileAlreadyExistsException e ->
          CommandFailure.usage(
              e.getFile() + " exists and is not overwritten; choose another name or remove it");
      case NotDirectoryException e ->
          CommandFailure.usage("expected a directory at " + e.getFile() + ", got a file");
      case FileSystemException e ->
          CommandFailure.unavailable(
              e.getFile() + ": " + (e.getReason() == null ? "not usable" : e.getReason()), e);
      case IOException e ->
          CommandFailure.unavailable(
              e.getMessage() == null ? "reading or writing failed" : e.getMessage(), e);
      case LinkageError e when isLeftOut(e) ->
          CommandFailure.usage(
              "this is the launcher alone, with what a host needs; the command is part of the whole"
                  + " program: ./signet of an installation or a checkout");
      default -> CommandFailure.fault(thrown);
    };
  }
}
