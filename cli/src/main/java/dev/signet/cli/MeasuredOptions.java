// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.ClassPathMeasurement;
import dev.signet.measurements.ClassPathRuler;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.MeasuredAgent;
import dev.signet.measurements.image.ImageConfig;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.runtime.RuntimeMeasurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What of an agent is to be measured. */
final class MeasuredOptions {
  @Option(names = "--jar", paramLabel = "FILE", description = "The agent's JAR.")
  private Path jar;

  @Option(
      names = "--class-path",
      paramLabel = "FILES",
      description = "JARs that follow it on the class path, separated by colons, in that order.")
  private String classPath;

  @Option(
      names = "--java-runtime",
      paramLabel = "HOME",
      description = "The Java runtime that it must be started with, such as jlink makes one.")
  private Path runtime;

  @Mixin private ImageOption image = new ImageOption();

  /**
   * What came of it.
   *
   * @param place what was measured first, for people
   * @param config of the image, if there is one
   */
  record Result(MeasuredAgent agent, String place, Optional<ImageConfig> config) {}

  /**
   * @param mainClass names one for the class path
   */
  Result measure(boolean mainClass) throws IOException, CommandFailure {
    if (jar == null && classPath != null) {
      throw CommandFailure.usage("--class-path: expected with --jar, which comes first on it");
    }
    Optional<ImageMeasurement.Measured> measuredImage = image.measure();
    if (jar == null && measuredImage.isEmpty()) {
      throw CommandFailure.usage("expected --jar or --image, got neither");
    }
    MeasuredAgent agent = MeasuredAgent.nothing();
    if (jar != null) {
      agent = agent.jar(jar.getFileName().toString(), jar(mainClass));
    }
    if (classPath != null) {
      agent = agent.classPath(classPath());
    }
    if (runtime != null) {
      agent = agent.javaRuntime(RuntimeMeasurement.of(runtime));
    }
    if (measuredImage.isPresent()) {
      agent = agent.image(measuredImage.get());
    }
    return new Result(
        agent,
        jar == null ? "image" : jar.toString(),
        measuredImage.map(ImageMeasurement.Measured::config));
  }

  private JarMeasurement.Measured jar(boolean mainClass) throws IOException, CommandFailure {
    JarRuler.Use use =
        classPath == null || !mainClass ? JarRuler.Use.EXECUTABLE : JarRuler.Use.PROGRAM;
    return switch (JarRuler.measure(jar, use)) {
      case JarMeasurement.Refused(JarMeasurement.Reason reason, String detail) ->
          throw refused(jar, reason, detail);
      case JarMeasurement.Measured measured -> measured;
    };
  }

  private ClassPathMeasurement.Measured classPath() throws IOException, CommandFailure {
    try {
      return switch (ClassPathRuler.measure(files(classPath))) {
        case ClassPathMeasurement.Refused(Path file, JarMeasurement.Reason reason, String detail) ->
            throw refused(file, reason, detail);
        case ClassPathMeasurement.Measured measured -> measured;
      };
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--class-path: " + e.getMessage());
    }
  }

  /** The files of a class path as it is written on a command line. */
  static List<Path> files(String classPath) throws CommandFailure {
    List<Path> files = Arrays.stream(classPath.split(":", -1)).map(name -> Path.of(name)).toList();
    if (files.contains(Path.of(""))) {
      throw CommandFailure.usage("--class-path: expected files between the colons, got nothing");
    }
    return files;
  }

  private static CommandFailure refused(Path file, JarMeasurement.Reason reason, String detail) {
    return reason == JarMeasurement.Reason.NOT_A_REGULAR_FILE
        ? CommandFailure.usage(file + ": " + detail)
        : CommandFailure.refused(reason, file + ": " + detail);
  }
}
