// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.process.JarFiles;
import dev.signet.launcher.process.PrivateCopy;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.runtime.RuntimeMeasurement;
import dev.signet.protocol.ClassPathEntry;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@link LaunchCheck} of a JAR and its class path, once they are copied. */
sealed interface JarCheck {
  /**
   * May be started.
   *
   * @param mainClass where it is started from a class path
   */
  record Good(LaunchCheck.Result.Passed passed, Optional<String> mainClass) implements JarCheck {}

  /** May not. */
  record Refused(LaunchCheck.Result.Failed failed) implements JarCheck {}

  static JarCheck check(LaunchRequest request, JarFiles files, Instant now) throws IOException {
    boolean alone = files.classPath().isEmpty();
    JarRuler.Use use = alone ? JarRuler.Use.EXECUTABLE : JarRuler.Use.PROGRAM;
    String mainClass;
    switch (JarRuler.measure(files.jar().path(), use)) {
      case JarMeasurement.Refused(JarMeasurement.Reason reason, String why) -> {
        return refused(reason.name(), why);
      }
      case JarMeasurement.Measured measured -> mainClass = measured.mainClass();
    }
    for (int i = 0; i < files.classPath().size(); i++) {
      PrivateCopy copy = files.classPath().get(i);
      if (JarRuler.measure(copy.path(), JarRuler.Use.LIBRARY)
          instanceof JarMeasurement.Refused(JarMeasurement.Reason reason, String why)) {
        return refused(reason.name(), files.entries().get(i).name() + ": " + why);
      }
    }
    LaunchCheck.Result.Passed statement;
    switch (LaunchCheck.statement(request, now)) {
      case LaunchCheck.Result.Failed failed -> {
        return new Refused(failed);
      }
      case LaunchCheck.Result.Passed passed -> statement = passed;
    }
    ReferenceStatement.Predicate predicate = statement.statement().statement().predicate();
    String named = predicate.launch().mainClass();
    if (alone && named != null) {
      return mismatch(
          "the statement names a main class for a class path; name its files with --class-path");
    }
    return switch (compared(request, files, statement, predicate)) {
      case LaunchCheck.Result.Failed failed -> new Refused(failed);
      case LaunchCheck.Result.Passed passed -> {
        String start = named == null ? mainClass : named;
        if (start.isEmpty()) {
          yield refused(
              JarMeasurement.Reason.NO_MAIN_CLASS.name(),
              "expected a main class in the JAR's manifest or in the statement, got none");
        }
        yield new Good(passed, alone ? Optional.empty() : Optional.of(start));
      }
    };
  }

  private static LaunchCheck.Result compared(
      LaunchRequest request,
      JarFiles files,
      LaunchCheck.Result.Passed statement,
      ReferenceStatement.Predicate predicate)
      throws IOException {
    if (predicate.launch().limits() != null) {
      return failed(
          "the statement limits what the agent may use, and a JAR's launch cannot see to that;"
              + " start an image");
    }
    List<LaunchEvent.Artifact> artifacts = new ArrayList<>();
    for (ReferenceStatement.Artifact expected : predicate.artifacts()) {
      Digest got;
      switch (expected.role()) {
        case ReferenceStatement.ROLE_AGENT_JAR -> got = files.jar().digest();
        case ReferenceStatement.ROLE_JAVA_RUNTIME ->
            got = RuntimeMeasurement.of(request.runtime()).digest();
        case ReferenceStatement.ROLE_CLASS_PATH -> {
          if (!files.entries().equals(predicate.classPath())) {
            return failed(difference(predicate.classPath(), files.entries()));
          }
          got = ClassPathEntry.digest(files.entries());
        }
        default -> {
          return failed(
              "the statement names an artifact of role "
                  + expected.role()
                  + ", which a JAR's launch does not have");
        }
      }
      if (!got.equals(expected.digest())) {
        return LaunchCheck.mismatch(expected.role(), expected.digest(), got);
      }
      artifacts.add(new LaunchEvent.Artifact(expected.role(), got));
    }
    if (predicate.classPath() == null && !files.entries().isEmpty()) {
      return failed(difference(List.of(), files.entries()));
    }
    return LaunchCheck.parameters(
        request,
        predicate,
        new LaunchCheck.Result.Passed(statement.envelope(), statement.statement(), artifacts));
  }

  /** Where two class paths part. */
  private static String difference(List<ClassPathEntry> signed, List<ClassPathEntry> given) {
    int at = 0;
    while (at < signed.size() && at < given.size() && signed.get(at).equals(given.get(at))) {
      at++;
    }
    return "class-path: expected "
        + shown(signed, at)
        + " as number "
        + (at + 1)
        + " after the agent's JAR, got "
        + shown(given, at)
        + ". Files and order are those that CI signed, or it is another program";
  }

  private static String shown(List<ClassPathEntry> entries, int at) {
    return at < entries.size()
        ? entries.get(at).name() + " with " + entries.get(at).digest()
        : "nothing";
  }

  private static LaunchCheck.Result.Failed failed(String detail) {
    return new LaunchCheck.Result.Failed(Refusal.MEASUREMENT_MISMATCH.name(), detail);
  }

  private static Refused mismatch(String detail) {
    return new Refused(failed(detail));
  }

  private static Refused refused(String reason, String detail) {
    return new Refused(new LaunchCheck.Result.Failed(reason, detail));
  }
}
